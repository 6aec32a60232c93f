"""What is promised of ledgers, and of commands on them, on every ledger that runs on CPython."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.for_pytest import contract_tests
from contracts.ledger_world import LedgerWorld, memory_ledger, own_ledger, sqlite_ledger
from positronic.ciphers.native import NativeCipher
from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile


@contextmanager
def memory(_: Path) -> Iterator[LedgerWorld]:
    yield memory_ledger(NativeCipher())


@contextmanager
def sqlite(_: Path) -> Iterator[LedgerWorld]:
    database = SqliteFile()
    yield sqlite_ledger(NativeCipher(), database)
    database.close()


@contextmanager
def own(_: Path) -> Iterator[LedgerWorld]:
    database = SqliteFile()
    yield own_ledger(NativeCipher(), database)
    database.close()


@contextmanager
def shared_file(folder: Path) -> Iterator[LedgerWorld]:
    """Each handle has a connection of its own, as processes have."""
    opened = [SqliteFile(str(folder / "ledger.db"))]

    def another() -> SqliteLedger:
        opened.append(SqliteFile(str(folder / "ledger.db")))
        return SqliteLedger(opened[-1], os.urandom)

    yield LedgerWorld(NativeCipher(), another, opened[0])
    for database in opened:
        database.close()


test_ledger = contract_tests(memory, sqlite, own, shared_file)
