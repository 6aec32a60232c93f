"""What a Worker may read over a binding: a row for each app, only here and in no copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.ledger.codec import Codec
from positronic.ledger.fields import Fields
from positronic.names import App, Name, parse_app, parse_name
from positronic.rows import Kind


@dataclass(frozen=True, slots=True)
class Grant:
    """`names`: of secrets, sorted, at least one; there need not be such secrets.

    `by`: who changed it last; times in milliseconds.
    """

    app: App
    names: tuple[Name, ...]
    by: Mapping[str, str]
    created_at: int
    changed_at: int


def _decode(id_: str, fields: Fields) -> Grant:
    names = tuple(map(parse_name, fields.texts("names")))
    if not names or names != tuple(sorted(set(names))):
        raise ValueError("names")
    times = fields.time("createdAt"), fields.time("changedAt")
    return Grant(parse_app(id_), names, fields.pairs("by"), *times)


GRANTS: Final[Codec[Grant]] = Codec(
    Kind("grant"),
    lambda grant: grant.app,
    lambda grant: {
        "names": grant.names,
        "by": grant.by,
        "createdAt": grant.created_at,
        "changedAt": grant.changed_at,
    },
    _decode,
)
