"""What a check of a ledger gets: an empty one, its database, and ways to let it fail.

`keep` makes an empty store of values, for the checks of those that are not in the ledger.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.kept_elsewhere import Kept, KeptElsewhere
from contracts.passing_ledger import PassingLedger
from positronic.errors import StoreFailed
from positronic.ledger.database import Database, Look, Statement
from positronic.ledger.memory import MemoryLedger
from positronic.ledger.remembered import RememberedLedger
from positronic.ledger.sqlite import SqliteLedger
from positronic.ports import Cipher, Clock, Ledger
from positronic.rows import Key

NEVER: Final = 2**53  # statements before one fails
FAILS: Final = "SELECT 1 FROM nothing_of_this_name"


@dataclass(frozen=True, slots=True)
class LedgerWorld:
    """`open` gives another handle on the same rows; a ledger in memory has no database.

    `fail`: how `failing` makes one, where it cannot be another handle.
    """

    cipher: Cipher
    open: Callable[[], Ledger]
    database: Database | None = None
    keep: Callable[[Clock], Kept] = KeptElsewhere
    fail: Callable[[int], Ledger] | None = None

    def left_behind(self) -> list[str]:
        """The tables that there are, the platform's own aside."""
        if self.database is None:
            return []
        names = self.database.run("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in names if not name.startswith("_cf_")]

    def failing(self, spare: int) -> Ledger:
        """The same rows; the statement, or else the call, after `spare` of them fails."""
        if self.fail is not None:
            return self.fail(spare)
        if self.database is None:
            return FailingLedger(self.open(), spare)
        return SqliteLedger(FailingDatabase(self.database, spare), os.urandom)


@dataclass(slots=True)
class FailingDatabase:
    """Passes on; the statement after `spare` of them fails, before it does anything.

    In a commit, it is the inner database that fails, and has to undo what it has done.
    """

    inner: Database
    spare: int

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        self._count()
        return self.inner.run(query, *values)

    def commit(self, looks: Sequence[Look], statements: Sequence[Statement]) -> bool:
        spare = max(0, self.spare)
        self.spare -= len(looks) + len(statements)
        if spare < len(looks):
            looks = [*looks[:spare], (FAILS, (), ())]
        elif spare - len(looks) < len(statements):
            statements = [*statements[: spare - len(looks)], (FAILS, ())]
        return self.inner.commit(looks, statements)

    def size(self) -> int:
        return self.inner.size()

    def _count(self) -> None:
        self.spare -= 1
        if self.spare < 0:
            raise StoreFailed("as the check wanted")


class WatchedDatabase(FailingDatabase):
    """Knows its states, too, as a Durable Object's does."""

    wrote = ("", "")

    def state(self) -> str:
        found = self.inner.run("SELECT total_changes(), data_version FROM pragma_data_version")
        return str(found)

    def commit(self, looks: Sequence[Look], statements: Sequence[Statement]) -> bool:
        before = self.state()
        found = super().commit(looks, statements)
        self.wrote = before, self.state()
        return found

    def last_write(self) -> tuple[str, str]:
        return self.wrote


class FailingLedger(PassingLedger):
    """The call after `spare` of them fails, before it does anything."""

    def __init__(self, inner: Ledger, spare: int) -> None:
        super().__init__(inner)
        self.spare = spare

    def note(self, _: str) -> None:
        self.spare -= 1
        if self.spare < 0:
            raise StoreFailed("as the check wanted")


def memory_ledger(cipher: Cipher) -> LedgerWorld:
    ledger = MemoryLedger()
    return LedgerWorld(cipher, lambda: ledger)


def sqlite_ledger(cipher: Cipher, database: Database) -> LedgerWorld:
    return LedgerWorld(cipher, lambda: SqliteLedger(database, os.urandom), database)


def own_ledger(cipher: Cipher, database: Database) -> LedgerWorld:
    """One that remembers rows, as a Durable Object has it: every handle is the same."""
    failing = WatchedDatabase(database, NEVER)
    ledger = RememberedLedger(SqliteLedger(failing, os.urandom), failing)

    def after(spare: int) -> Ledger:
        ledger.look()
        failing.spare = spare
        return ledger

    return LedgerWorld(cipher, lambda: after(NEVER), database, fail=after)
