"""What an adoption leaves in KV: old tokens and events go, so that nothing believes them later."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from positronic.adoption.first_layout import FirstLayout, OldKind
from positronic.errors import PositronicError
from positronic.ledger.codec import Codec
from positronic.ledger.setting_rows import SETTING
from positronic.ports import Clock, Ledger, Unreadable
from positronic.rows import Change, CommitConflict, Delete
from positronic.times import wait_after

AT_ONCE: Final = 40  # entries that one step removes


@dataclass(frozen=True, slots=True)
class Leftover:
    """`due`: when some of it is to be removed, milliseconds; `tries`: since the last success."""

    due: int
    tries: int = 1


LEFTOVER_ID: Final = "leftover"
LEFTOVER: Final[Codec[Leftover]] = Codec(
    SETTING,
    lambda _: LEFTOVER_ID,
    lambda one: {"due": one.due, "tries": one.tries},
    lambda _, fields: Leftover(fields.time("due"), fields.number("tries")),
)


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Of one project, after its adoption."""

    ledger: Ledger
    first: FirstLayout
    clock: Clock

    async def step(self) -> None:
        """Removes a few, if it is time. What fails is tried again later."""
        row = self.ledger.get(SETTING, [LEFTOVER_ID]).get(LEFTOVER_ID)
        found = None if row is None else LEFTOVER.item(row)
        if row is None or found is None or self._is_early(found):
            return
        try:
            is_done = await self._remove()
            change: Change = LEFTOVER.put(Leftover(self.clock()))
            if is_done:
                change = Delete(SETTING, LEFTOVER_ID)
        except PositronicError:
            tries = found.tries if isinstance(found, Leftover) else 1
            change = LEFTOVER.put(Leftover(self.clock() + wait_after(tries), tries + 1))
        with suppress(CommitConflict):
            self.ledger.commit([change], {(SETTING, LEFTOVER_ID): row.revision})

    def next(self) -> int | None:
        """When more is to be removed, in milliseconds; None: nothing is left."""
        row = self.ledger.get(SETTING, [LEFTOVER_ID]).get(LEFTOVER_ID)
        if row is None:
            return None
        found = LEFTOVER.item(row)
        return found.due if isinstance(found, Leftover) else self.clock()

    def _is_early(self, found: Leftover | Unreadable) -> bool:
        return isinstance(found, Leftover) and found.due > self.clock()

    async def _remove(self) -> bool:
        """Whether nothing was there any more."""
        for part in (OldKind.TOKEN, OldKind.EVENT):
            page = await self.first.ids(part, None, AT_ONCE)
            while not page.items and page.cursor:  # KV may answer so before the last page
                page = await self.first.ids(part, page.cursor, AT_ONCE)
            if page.items:
                await self.first.forget(part, page.items)
                return False
        return True
