"""A project's copies beside its ledger: looked through in pages, and repaired where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from positronic.commands.asking import Asking
from positronic.errors import InvalidRequest, TooLarge
from positronic.ledger.copy_rows import copy_digest
from positronic.names import Name
from positronic.ports import Copies, Record, RecordInfo, Unreadable

READ_AT_ONCE: Final = 100  # texts in memory at the same time
LISTED_AT_ONCE: Final = 100  # names of copies, which may be anything: an event has to hold them
MAX_TEXT: Final = 200_000  # characters; a sealed text of ours has under 100,000

_SECRETS: Final = "s"  # how a cursor begins: which secrets are next,
_COPIES: Final = "c"  # or which copies


@dataclass(frozen=True, slots=True)
class Compared:
    """Some of a project's copies: those that differ, by name, and how many are as they have to be.

    `cursor` leads on; None: these were the last.
    """

    differing: Mapping[str, str]
    same: int
    cursor: str | None


class LedgerCopies:
    """First the copy of each secret, then the copies that are of no secret."""

    def __init__(self, ask: Asking, copies: Copies) -> None:
        self._ask = ask
        self._copies = copies

    async def page(self, cursor: str | None, limit: int) -> Compared:
        """Raises InvalidRequest for a foreign cursor, StoreFailed, RateLimited."""
        phase, _, rest = (cursor or f"{_SECRETS}:").partition(":")
        if phase == _SECRETS:
            return await self._of_secrets(rest or None, limit)
        if phase == _COPIES:
            return await self._of_no_secrets(rest or None, min(limit, LISTED_AT_ONCE))
        raise InvalidRequest("`cursor` does not come from this list")

    async def _of_secrets(self, cursor: str | None, limit: int) -> Compared:
        names, following = await self._ask("copies.live", cursor=cursor, limit=limit)
        digests: dict[str, str | None] = {}
        for start in range(0, len(names), READ_AT_ONCE):
            some = [Name(name) for name in names[start : start + READ_AT_ONCE]]
            digests |= await self._digests(some)
        after = f"{_COPIES}:" if following is None else f"{_SECRETS}:{following}"
        return await self._compared(digests, len(names), after)

    async def _digests(self, names: Sequence[Name]) -> Mapping[str, str | None]:
        """Half of them at a time where somebody put in their place what is too large to read."""
        try:
            found = await self._copies.get(names)
        except TooLarge:
            if len(names) == 1:
                return {names[0]: ""}
            half = len(names) // 2
            return {**await self._digests(names[:half]), **await self._digests(names[half:])}
        return {name: _digest(found.get(name)) for name in names}

    async def _of_no_secrets(self, cursor: str | None, limit: int) -> Compared:
        page = await self._copies.list(cursor, limit)
        names = await self._ask("copies.strange", names=[_name(item) for item in page.items])
        after = None if page.cursor is None else f"{_COPIES}:{page.cursor}"
        return await self._compared(dict.fromkeys(names, ""), len(names), after)

    async def _compared(
        self, digests: Mapping[str, str | None], count: int, cursor: str | None
    ) -> Compared:
        differing: Mapping[str, str] = {}
        if digests:
            found = [list(one) for one in digests.items()]
            differing = await self._ask("copies.repair", copies=found)
        return Compared(differing, count - len(differing), cursor)


def _digest(copy: Record | Unreadable | None) -> str | None:
    """Empty for one that cannot be read: no text of ours has that digest."""
    if copy is None:
        return None
    if isinstance(copy, Unreadable) or len(copy.sealed) > MAX_TEXT:
        return ""
    return copy_digest(copy)


def _name(item: RecordInfo | Unreadable) -> str:
    return item.id if isinstance(item, Unreadable) else item.name
