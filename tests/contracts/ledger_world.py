"""What a check of a ledger gets: an empty one, its database, and a database that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from positronic.errors import StoreFailed
from positronic.ledger.memory import MemoryLedger
from positronic.ledger.rows import Key, Kind, Row
from positronic.ledger.sqlite import Database, SqliteLedger
from positronic.ports import Ledger

PLAIN = Kind("plain")
FOUND = Kind("found", ("due", "word", "other"))


@dataclass(frozen=True, slots=True)
class LedgerWorld:
    """`open` gives another handle on the same rows; a ledger in memory has no database."""

    open: Callable[[], Ledger]
    database: Database | None = None

    def left_behind(self) -> list[str]:
        """The tables that there are, the platform's own aside."""
        if self.database is None:
            return []
        names = self.database.run("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in names if not name.startswith("_cf_")]


@dataclass(slots=True)
class FailingDatabase:
    """Passes on; the statement after `spare` of them fails, before it does anything."""

    inner: Database
    spare: int

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        self.spare -= 1
        if self.spare < 0:
            raise StoreFailed("as the check wanted")
        return self.inner.run(query, *values)

    def transaction(self, work: Callable[[], None]) -> None:
        self.inner.transaction(work)


def memory_ledger() -> LedgerWorld:
    ledger = MemoryLedger()
    return LedgerWorld(lambda: ledger)


def sqlite_ledger(database: Database) -> LedgerWorld:
    return LedgerWorld(lambda: SqliteLedger(database), database)


def everything(ledger: Ledger) -> dict[str, Sequence[Row]]:
    """Every row, and every index as it lists."""
    found = {"plain": ledger.list(PLAIN), "found": ledger.list(FOUND)}
    return found | {index: ledger.list(FOUND, index) for index in FOUND.indexes}
