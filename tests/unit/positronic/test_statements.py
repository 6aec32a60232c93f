"""How many SQL statements a command takes: a budget that does not depend on the machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

import pytest

from contracts.commanding import Commanding, bulk, command, issue, put, shown
from contracts.ledger_world import LedgerWorld
from positronic.ciphers.native import NativeCipher
from positronic.commands.command import Command
from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile
from positronic.roles import Role
from positronic.rows import Key
from support.running import run

NAMES: Final = [f"NAME_{number:03}" for number in range(100)]
TRANSACTION: Final = {"BEGIN IMMEDIATE", "COMMIT"}  # a Durable Object has a call for both


class Counted(SqliteFile):
    """Remembers each statement."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        super().__init__()

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        self.statements.append(query)
        return super().run(query, *values)


def _took(one: Command) -> int:
    """In a ledger that has all the names, and the command's token."""
    database = Counted()
    ledger = SqliteLedger(database, os.urandom)
    place = Commanding(LedgerWorld(NativeCipher(), lambda: ledger, database))
    read = command("brain.read", names=NAMES)
    run(place.run(issue(role="admin"), bulk(NAMES), put(NAMES[0]), read))
    database.statements.clear()
    run(place.run(one))
    return sum(one not in TRANSACTION for one in database.statements)


@pytest.mark.parametrize(
    ("one", "most"),
    [
        (command("caller.check", shown()), 1),
        (command("secret.exists", shown(), name=NAMES[0]), 3),
        (command("secret.list", shown(), cursor=None, limit=1000), 3),
        (command("brain.read", shown(), names=NAMES[:1]), 15),
        (put(NAMES[0], caller=shown()), 16),
        (command("secret.delete", shown(), needs=Role.WRITER, name=NAMES[0]), 15),
    ],
    ids=["check", "exists", "list", "read", "update", "delete"],
)
def test_a_command_takes_few_statements(one: Command, most: int) -> None:
    """And a list as many for one name as for all."""
    assert _took(one) <= most


def test_a_bulk_writes_many_rows_with_a_statement() -> None:
    """100 names take up to seven statements for each kind of row, not 100."""
    assert _took(bulk(NAMES)) <= 31
