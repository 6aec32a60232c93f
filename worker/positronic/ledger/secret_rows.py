"""A secret's state, and its versions: a row each, so that a list reads no sealed text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic_core import SchemaValidator, core_schema

from positronic import times
from positronic.errors import CorruptRecord
from positronic.ledger import policy_fields
from positronic.ledger.codec import Codec, Keys
from positronic.ledger.fields import Fields
from positronic.names import Name, is_name, parse_name
from positronic.ports import Metadata, Record
from positronic.rows import MAX_NUMBER, Kind, Row
from positronic.sealing.envelope import KEY_ID
from positronic.secrets.policy import DEFAULT, MAX_KEPT_DAYS, MAX_KEPT_VERSIONS, Due, Policy

Actor = Mapping[str, str]  # who did it, as events name them

_NUMBERED: Final = re.compile(r".*/([0-9]{16})", re.DOTALL)  # a `version_id`
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
_OPTIONAL: Final = {
    "changedAt": _TIME,
    "changedBy": core_schema.dict_schema(_TEXT, _TEXT, strict=True),
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
# As the answer of a list has them.
_SHOWN: Final = ("changedBy", "note", "expiresAt", "rotateEvery", "enforce")
_ROW: Final = core_schema.typed_dict_schema(_FIELDS)
_ONE: Final = SchemaValidator(_ROW)
_ALL: Final = SchemaValidator(core_schema.list_schema(_ROW))


@dataclass(frozen=True, slots=True)
class SecretState:
    """The metadata of its last version; `deleted_at`: there is none now, and its number stays.

    `changed_at`, `changed_by`: its last change of any kind; rows of before have neither.
    `deleted_version`: the one that was current when it was deleted, if that was not undone, also
    once the name is in use again; `kept_until`: when it and what is before it are removed.
    """

    name: Name
    metadata: Metadata
    deleted_at: int | None = None
    changed_at: int | None = None
    changed_by: Actor | None = None
    deleted_version: int | None = None
    kept_until: int | None = None
    policy: Policy = DEFAULT

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None

    def keeps(self, version: int, now: int) -> bool:
        """Whether its deletion, if it was deleted, still leaves this version."""
        is_over = self.kept_until is not None and self.kept_until <= now
        return not (is_over and version <= (self.deleted_version or 0))

    @property
    def updated_at(self) -> int:
        """When it was last changed, in milliseconds."""
        return self.changed_at or self.deleted_at or self.metadata.updated_at

    @property
    def is_copied(self) -> bool:
        """Whether there has to be a copy of it elsewhere."""
        return self.is_live and self.policy.is_copied

    @property
    def due(self) -> Due | None:
        """What is to be done first; None: nothing, ever, or it is deleted."""
        return self.policy.due(self.metadata.updated_at) if self.is_live else None


@dataclass(frozen=True, slots=True)
class Version(Record):
    """`by`: who wrote it; `restored_from`: the version whose value it has again.

    A destroyed one has no sealed text, and keeps its line in the history.
    """

    by: Actor | None = None
    restored_from: int | None = None

    @property
    def is_destroyed(self) -> bool:
        return not self.sealed


def version_from(
    record: Record, by: Actor | None = None, restored_from: int | None = None
) -> Version:
    return Version(record.name, record.metadata, record.sealed, by, restored_from)


def version_id(name: str, version: int) -> str:
    """Ascending ids are newest first; no name holds a slash."""
    return f"{name}/{MAX_NUMBER - version:016d}"


def name_of(id_: str) -> str:
    """The name in a `version_id`."""
    return id_.rpartition("/")[0]


def version_of(id_: str) -> int:
    """The number in a `version_id`; 0: it is not one, so that its row is damaged."""
    found = _NUMBERED.fullmatch(id_)
    return max(0, MAX_NUMBER - int(found[1])) if found else 0


def metadata_fields(metadata: Metadata) -> dict[str, object]:
    return {
        "version": metadata.version,
        "createdAt": metadata.created_at,
        "updatedAt": metadata.updated_at,
        "keyId": metadata.key_id,
    }


def metadata_in_kv(name: str, found: object) -> Metadata:
    """The metadata of a sealed text in KV. Raises CorruptRecord rather than make up a date."""
    try:
        return read_metadata(Fields(json.dumps(found)))
    except (ValueError, TypeError, RecursionError):
        raise CorruptRecord(f"the record of {name} has unreadable metadata") from None


def read_metadata(fields: Fields) -> Metadata:
    return Metadata(
        version=fields.number("version"),
        created_at=fields.time("createdAt"),
        updated_at=fields.time("updatedAt"),
        key_id=fields.matched("keyId", KEY_ID),
    )


def _encode_state(state: SecretState) -> Mapping[str, object]:
    more = {
        "deletedAt": state.deleted_at,
        "changedAt": state.changed_at,
        "changedBy": state.changed_by,
        "deletedVersion": state.deleted_version,
        "keptUntil": state.kept_until,
    }
    given = {key: found for key, found in more.items() if found is not None}
    return {**metadata_fields(state.metadata), **given, **policy_fields.encode(state.policy)}


def _decode_state(id_: str, fields: Fields) -> SecretState:
    return SecretState(
        parse_name(id_),
        read_metadata(fields),
        fields.optional_time("deletedAt"),
        fields.optional_time("changedAt"),
        fields.optional_pairs("changedBy"),
        fields.optional_number("deletedVersion"),
        fields.optional_time("keptUntil"),
        policy_fields.decode(fields),
    )


def _state_keys(state: SecretState) -> Keys:
    """A deleted one is in no list of the live ones."""
    due = state.due
    return (state.name if state.is_live else None, state.kept_until, due.at if due else None)


def _encode_version(version: Version) -> Mapping[str, object]:
    more = {"by": version.by, "restoredFrom": version.restored_from}
    given = {key: found for key, found in more.items() if found is not None}
    return {**metadata_fields(version.metadata), "sealed": version.sealed, **given}


def _decode_version(id_: str, fields: Fields) -> Version:
    return Version(
        Name(name_of(id_)),
        read_metadata(fields),
        fields.text("sealed"),
        fields.optional_pairs("by"),
        fields.optional_number("restoredFrom"),
    )


STATES: Final[Codec[SecretState]] = Codec(
    Kind("secret", ("live", "deleted", "due")),
    lambda state: state.name,
    _encode_state,
    _decode_state,
    _state_keys,
)
VERSIONS: Final[Codec[Version]] = Codec(
    Kind("version", ("master",), is_shredded=True),
    lambda version: version_id(version.name, version.metadata.version),
    _encode_version,
    _decode_version,
    lambda version: (version.metadata.key_id,),
)


def listed(rows: Sequence[Row]) -> list[list[object]]:
    """[name, version, created, sealed, updated, more] of each that is not deleted; [id] of a row
    that `STATES` cannot read. Without a state for each row of a list.

    `more`: those of `_SHOWN` that it has, and `due`, [at, why].
    """
    return [_listed(row, found) for row, found in zip(rows, _checked(rows), strict=True)]


def _checked(rows: Sequence[Row]) -> Sequence[Mapping[str, Any] | None]:
    """What each row's text says; None: not what it must. By one call, as long as all are well."""
    with suppress(ValueError):
        found = _ALL.validate_json(f"[{','.join([row.text for row in rows])}]")
        if len(found) == len(rows):
            return cast("Sequence[Mapping[str, Any]]", found)
    return [_checked_alone(row) for row in rows]


def _checked_alone(row: Row) -> Mapping[str, Any] | None:
    with suppress(ValueError):
        return cast("Mapping[str, Any]", _ONE.validate_json(row.text))
    return None


def _listed(row: Row, found: Mapping[str, Any] | None) -> list[object]:
    if found is None:
        return [row.id]
    due = _due(found) if "expiresAt" in found or "rotateEvery" in found else None
    keys = (row.id, found.get("keptUntil"), due.at if due else None)
    if row.keys != keys or not is_name(row.id):
        return [row.id]
    more = {key: found[key] for key in _SHOWN if key in found and found[key] is not None}
    if due:
        more["due"] = due
    sealed = found["updatedAt"]
    changed = found.get("changedAt") or sealed
    return [row.id, found["version"], found["createdAt"], sealed, changed, more]


def _due(found: Mapping[str, Any]) -> Due | None:
    policy = Policy(expires_at=found.get("expiresAt"), rotate_every=found.get("rotateEvery"))
    return policy.due(found["updatedAt"])
