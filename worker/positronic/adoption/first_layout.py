"""The first layout: what a project had in KV when KV was the record of truth. Never believed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from positronic.ports import Page


class OldKind(StrEnum):
    """The kinds of entries, as keys of KV name them: `<project>/<part>/<id>`."""

    SECRET = "secret"  # noqa: S105 - a word
    TOKEN = "token"  # noqa: S105 - a word
    EVENT = "audit"


@dataclass(frozen=True, slots=True)
class OldEntry:
    """An entry as it was found. Anyone who can write to KV may have written it."""

    id: str
    text: str
    metadata: object


class FirstLayout(Protocol):
    """One project's entries. Raises StoreFailed, RateLimited, InvalidRequest (a foreign cursor)."""

    async def is_there(self) -> bool:
        """Whether there is any entry."""
        ...

    async def ids(self, part: OldKind, cursor: str | None, limit: int) -> Page[str]:
        """By id; limit 1 to 1,000. A text that no entry of ours can have may be among them."""
        ...

    async def read(self, part: OldKind, ids: Collection[str]) -> Mapping[str, OldEntry]:
        """The entries there are; a missing id is missing from the answer."""
        ...

    async def forget(self, part: OldKind, ids: Collection[str]) -> None:
        """Idempotent."""
        ...


class _Nothing:
    """A host that never kept anything in KV."""

    async def is_there(self) -> bool:
        return False

    async def ids(self, _: OldKind, __: str | None, ___: int) -> Page[str]:
        return Page([])

    async def read(self, _: OldKind, __: Collection[str]) -> Mapping[str, OldEntry]:
        return {}

    async def forget(self, _: OldKind, __: Collection[str]) -> None:
        return None


NOTHING: Final[FirstLayout] = _Nothing()
