"""Whether a project's ledger may be used: what KV had before it comes first, or there is nothing.

A ledger that has the row `adopted` never looks at KV again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from positronic.adoption.first_layout import NOTHING, FirstLayout
from positronic.errors import Adopting
from positronic.ledger.adoption_rows import ADOPTED, ADOPTED_ID, ADOPTING_ID, Adoption
from positronic.ledger.backup_rows import IMPORTING_ID
from positronic.ledger.setting_rows import OWNER_ID, SETTING
from positronic.ports import Ledger
from positronic.rows import ABSENT, Change, Expect

REMEMBERED: Final = 60_000  # milliseconds that "there is nothing" holds

_NONE: Final[tuple[Sequence[Change], Expect]] = ([], {})


class Standing:
    """Of one ledger; outlives a command, so that what never changes is looked up once."""

    def __init__(self, first: FirstLayout = NOTHING) -> None:
        self.first = first
        self._is_adopted = False
        self._is_owned = False
        self._nothing_until = 0

    def is_adopted(self, ledger: Ledger) -> bool:
        self._is_adopted = self._is_adopted or ADOPTED_ID in ledger.get(SETTING, [ADOPTED_ID])
        return self._is_adopted

    def is_owned(self, ledger: Ledger) -> bool:
        """Whether the ledger names its project, as each does from its first event on."""
        self._is_owned = self._is_owned or OWNER_ID in ledger.get(SETTING, [OWNER_ID])
        return self._is_owned

    async def check(self, ledger: Ledger, now: int) -> None:
        """Raises Adopting while KV has, or may have, what the ledger does not have yet."""
        if self.is_adopted(ledger):
            return
        refuse_unfinished(ledger)
        if now < self._nothing_until:
            return
        if await self.first.is_there():
            raise _to_begin()
        self._nothing_until = now + REMEMBERED

    def first_commit(self, ledger: Ledger) -> tuple[Sequence[Change], Expect]:
        """What the first commit of a ledger also writes, and expects. Raises Adopting."""
        if self.is_adopted(ledger):
            return _NONE
        refuse_unfinished(ledger)
        absent = (ADOPTED_ID, ADOPTING_ID, IMPORTING_ID)
        return [ADOPTED.put(Adoption())], {(SETTING, one): ABSENT for one in absent}


def refuse_unfinished(ledger: Ledger) -> None:
    """Raises Adopting during an adoption, and during an import."""
    found = ledger.get(SETTING, [ADOPTING_ID, IMPORTING_ID])
    if IMPORTING_ID in found:
        raise import_begun()
    if ADOPTING_ID in found:
        raise _begun()


def _to_begin() -> Adopting:
    return Adopting(
        "KV has entries from before this project had a ledger; nothing was done: "
        "run `px project adopt` first"
    )


def import_begun() -> Adopting:
    return Adopting(
        "the import of an export into this project is not finished; nothing was done: "
        "run `px project import` again with the same file to continue"
    )


def _begun() -> Adopting:
    return Adopting(
        "the adoption of this project's entries in KV is not finished; nothing was done: "
        "run `px project adopt` to continue"
    )
