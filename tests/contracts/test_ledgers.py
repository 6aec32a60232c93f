"""What is promised of ledgers, and of commands on them, on every ledger that runs on CPython."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contracts import LEDGER_SUITES
from contracts.ledger_world import LedgerWorld, memory_ledger, sqlite_ledger
from contracts.suite import Check
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
def shared_file(folder: Path) -> Iterator[LedgerWorld]:
    """Each handle has a connection of its own, as processes have."""
    opened = [SqliteFile(str(folder / "ledger.db"))]

    def another() -> SqliteLedger:
        opened.append(SqliteFile(str(folder / "ledger.db")))
        return SqliteLedger(opened[-1])

    yield LedgerWorld(NativeCipher(), another, opened[0])
    for database in opened:
        database.close()


@pytest.mark.parametrize("make", [memory, sqlite, shared_file])
@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, id=f"{suite.name}-{name}")
        for suite in LEDGER_SUITES
        for name, check in suite.checks.items()
    ],
)
def test_ledger(
    check: Check[LedgerWorld], make: Callable[[Path], Iterator[LedgerWorld]], tmp_path: Path
) -> None:
    """The ledger keeps the promise of its port."""
    with make(tmp_path) as world:  # type: ignore[attr-defined]
        asyncio.run(check(world))
