"""Lists of secrets as the JSON that is sent, to the byte what `models.SecretsOut` writes.

It is made where the rows are: a state, a model, or a part of a message for each of them would take
longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, cast

import pydantic_core
from pydantic_core import SchemaValidator, core_schema

from positronic import times
from positronic.names import is_name
from positronic.rows import Row
from positronic.sealing.envelope import KEY_ID
from positronic.secrets.policy import MAX_KEPT_DAYS, MAX_KEPT_VERSIONS, Policy
from positronic.times import iso

REMEMBERED: Final = 1000  # rows; each says about 300 characters

_NUMBER: Final = core_schema.int_schema(strict=True, gt=0, le=2**53 - 1)
_TIME: Final = core_schema.int_schema(strict=True, gt=0, le=times.LAST)
_TEXT: Final = core_schema.str_schema(strict=True)
# What `STATES` takes of a secret that is not deleted.
_LIVE: Final = {
    "version": _NUMBER,
    "createdAt": _TIME,
    "updatedAt": _TIME,
    "keyId": core_schema.str_schema(strict=True, pattern=f"^{KEY_ID.pattern}$"),
    "deletedAt": core_schema.with_default_schema(core_schema.none_schema(), default=None),
}
_CHANGED: Final = {
    "changedAt": _TIME,
    "changedBy": core_schema.dict_schema(_TEXT, _TEXT, strict=True),
}
_OPTIONAL: Final = {
    **_CHANGED,
    "deletedVersion": _NUMBER,
    "keptUntil": _TIME,
    "note": _TEXT,
    "expiresAt": _TIME,
    "rotateEvery": _NUMBER,
    "keepVersions": core_schema.int_schema(strict=True, gt=0, le=MAX_KEPT_VERSIONS),
    "keepDays": core_schema.int_schema(strict=True, ge=0, le=MAX_KEPT_DAYS),
}
_FIELDS: Final = {
    **{key: core_schema.typed_dict_field(one) for key, one in _LIVE.items()},
    **{
        key: core_schema.typed_dict_field(core_schema.nullable_schema(one), required=False)
        for key, one in _OPTIONAL.items()
    },
    "enforce": core_schema.typed_dict_field(core_schema.bool_schema(strict=True), required=False),
}
_FIELDS_OF: Final = SchemaValidator(core_schema.typed_dict_schema(_FIELDS))
_PLAIN: Final = frozenset({*_LIVE, *_CHANGED})  # no policy, and it was never deleted

_Shown = Mapping[str, object]
_Fields = Mapping[str, Any]

_OF_PLAIN: Final[tuple[_Shown, None, None]] = ({}, None, None)  # as `_more` says it


def as_json(items: Sequence[str], cursor: str | None, **more: object) -> str:
    """A page of these, each as JSON; `more`: its other fields."""
    following = {} if cursor is None else {"cursor": cursor}
    others = one_as_json({"count": len(items), **following, **more})
    return f'{{"secrets":[{",".join(items)}],{others[1:]}'


def one_as_json(shown: _Shown) -> str:
    return pydantic_core.to_json(shown).decode()


def listed(rows: Sequence[Row], reads: Mapping[str, int | None]) -> Sequence[str]:
    """What is shown of each that is not deleted, as `models.SecretOut` describes it, as JSON; one
    that `STATES` cannot read stops no other. `reads`: when it was last read, by name.
    """
    times_read = [reads.get(row.id) for row in rows] if reads else repeat(None)
    return [*map(_listed, rows, times_read)]


@lru_cache(maxsize=REMEMBERED)
def _listed(row: Row, read: int | None) -> str:
    """Remembered, for of most rows a list says the same as the last one did."""
    return one_as_json(_shown(row, read))


def _shown(row: Row, read: int | None) -> _Shown:
    name = row.id
    found = _checked(row.text)
    if found is None or not is_name(name):
        return {"name": name, "unreadable": True}
    more, kept_until, due_at = _OF_PLAIN if found.keys() <= _PLAIN else _more(found)
    if row.keys != (name, kept_until, due_at):  # it stands elsewhere in an index than it says
        return {"name": name, "unreadable": True}
    sealed = found["updatedAt"]
    shown = {
        "name": name,
        "version": found["version"],
        "createdAt": iso(found["createdAt"]),
        "updatedAt": iso(found.get("changedAt") or sealed),
        "sealedAt": iso(sealed),
    }
    if (by := found.get("changedBy")) is not None:
        shown["updatedBy"] = by
    if read is not None:
        shown["lastReadAt"] = iso(read)
    return {**shown, **more}


def _checked(text: str) -> _Fields | None:
    """What a row's text says; None: not what it must."""
    with suppress(ValueError):
        return cast("_Fields", _FIELDS_OF.validate_json(text))
    return None


def _more(found: _Fields) -> tuple[_Shown, int | None, int | None]:
    """What is shown of its policy; until when what was deleted of it is kept; when it is due."""
    expires_at, rotate_every = found.get("expiresAt"), found.get("rotateEvery")
    due = Policy(expires_at=expires_at, rotate_every=rotate_every).due(found["updatedAt"])
    more = {
        "expiresAt": expires_at and iso(expires_at),
        "rotateEvery": rotate_every,
        "enforce": found.get("enforce"),
        "due": due and iso(due.at),
        "note": found.get("note"),
    }
    given = {key: one for key, one in more.items() if one is not None}
    return given, found.get("keptUntil"), due.at if due else None
