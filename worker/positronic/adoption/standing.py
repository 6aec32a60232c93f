"""Whether a project's ledger may be used: what KV had before it comes first, or there is nothing.

A ledger that has the row `adopted` never looks at KV again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from positronic.adoption.first_layout import NOTHING, FirstLayout
from positronic.errors import Adopting
from positronic.ledger.adoption_rows import ADOPTED, ADOPTED_ID, ADOPTING_ID, Adoption
from positronic.ledger.setting_rows import SETTING
from positronic.ports import Ledger
from positronic.rows import ABSENT, Change, Expect

REMEMBERED: Final = 60_000  # milliseconds that "there is nothing" holds

_NONE: Final[tuple[Sequence[Change], Expect]] = ([], {})


class Standing:
    """Of one ledger; outlives a command, so that what never changes is looked up once."""

    def __init__(self, first: FirstLayout = NOTHING) -> None:
        self.first = first
        self._is_adopted = False
        self._nothing_until = 0

    def is_adopted(self, ledger: Ledger) -> bool:
        self._is_adopted = self._is_adopted or ADOPTED_ID in ledger.get(SETTING, [ADOPTED_ID])
        return self._is_adopted

    async def check(self, ledger: Ledger, now: int) -> None:
        """Raises Adopting while KV has, or may have, what the ledger does not have yet."""
        if self.is_adopted(ledger):
            return
        if ADOPTING_ID in ledger.get(SETTING, [ADOPTING_ID]):
            raise _begun()
        if now < self._nothing_until:
            return
        if await self.first.is_there():
            raise _to_begin()
        self._nothing_until = now + REMEMBERED

    def first_commit(self, ledger: Ledger) -> tuple[Sequence[Change], Expect]:
        """What the first commit of a ledger also writes, and expects. Raises Adopting."""
        if self.is_adopted(ledger):
            return _NONE
        if ADOPTING_ID in ledger.get(SETTING, [ADOPTING_ID]):
            raise _begun()
        absent = {(SETTING, ADOPTED_ID): ABSENT, (SETTING, ADOPTING_ID): ABSENT}
        return [ADOPTED.put(Adoption())], absent


def _to_begin() -> Adopting:
    return Adopting(
        "KV has entries from before this project had a ledger; nothing was done: "
        "run `px project adopt` first"
    )


def _begun() -> Adopting:
    return Adopting(
        "the adoption of this project's entries in KV is not finished; nothing was done: "
        "run `px project adopt` to continue"
    )
