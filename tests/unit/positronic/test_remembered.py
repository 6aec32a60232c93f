"""A ledger that remembers rows: what others write shows with the next command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from contracts.ledger_world import NEVER, WatchedDatabase
from positronic.ledger.remembered import MOST, RememberedLedger
from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile
from positronic.rows import Delete, Kind, Put

KIND = Kind("plain")


def texts(ledger: RememberedLedger, *ids: str) -> list[str]:
    return [row.text for row in ledger.get(KIND, ids).values()]


def remembered(file: SqliteFile) -> tuple[RememberedLedger, WatchedDatabase]:
    database = WatchedDatabase(file, NEVER)
    return RememberedLedger(SqliteLedger(database, os.urandom), database), database


def test_what_others_write_is_seen(tmp_path: Path) -> None:
    """By another process, and over the same connection; what it wrote itself is still known."""
    path = str(tmp_path / "ledger.db")
    file, other = SqliteFile(path), SqliteFile(path)
    ledger, _ = remembered(file)
    ledger.look()
    ledger.commit([Put(KIND, "A", "one"), Put(KIND, "B", "one")], {})
    assert texts(ledger, "A", "B") == ["one", "one"]
    assert not ledger.look()
    ledger.commit([Put(KIND, "A", "two"), Delete(KIND, "B")], {})
    assert not ledger.look()
    assert texts(ledger, "A", "B") == ["two"]

    other.run("UPDATE plain SET text = 'another process'")
    assert ledger.look()
    assert texts(ledger, "A") == ["another process"]
    file.run("UPDATE plain SET text = 'the dashboard'")
    assert ledger.look()
    assert texts(ledger, "A") == ["the dashboard"]
    for one in (file, other):
        one.close()


@pytest.mark.parametrize("is_in_between", [False, True])
def test_a_row_of_the_platform_is_not_somebody_elses(is_in_between: bool) -> None:
    """An object's alarm is a row in its database; what others wrote before it is still seen."""
    file = SqliteFile()
    ledger, database = remembered(file)
    file.run("CREATE TABLE alarm (at INTEGER)")
    ledger.look()
    ledger.commit([Put(KIND, "A", "one")], {})
    assert texts(ledger, "A") == ["one"]
    if is_in_between:
        file.run("UPDATE plain SET text = 'the dashboard'")
    before = database.state()
    file.run("INSERT INTO alarm VALUES (1)")
    ledger.wrote(before, database.state())

    assert ledger.look() is is_in_between
    assert texts(ledger, "A") == ["the dashboard" if is_in_between else "one"]
    file.close()


def test_what_others_write_between_a_look_and_a_commit_is_seen() -> None:
    """Sealing takes a while: what was read before it is not believed after it."""
    file = SqliteFile()
    ledger, _ = remembered(file)
    ledger.look()
    ledger.commit([Put(KIND, "A", "one"), Put(KIND, "B", "one")], {})
    assert texts(ledger, "A", "B") == ["one", "one"]
    assert not ledger.look()
    file.run("UPDATE plain SET text = 'the dashboard' WHERE id = 'A'")
    ledger.commit([Put(KIND, "B", "two")], {})

    assert ledger.look()
    assert texts(ledger, "A", "B") == ["the dashboard", "two"]
    file.close()


def test_it_remembers_so_many_and_no_long_ones() -> None:
    """The oldest go first, so that an object's memory stays small."""
    file = SqliteFile()
    ledger, _ = remembered(file)
    ledger.look()
    names = [f"N{number}" for number in range(MOST + 10)]
    ledger.commit([*(Put(KIND, name, "text") for name in names), Put(KIND, "long", "x" * 5000)], {})
    assert len(texts(ledger, *names)) == len(names)
    assert texts(ledger, "long") == ["x" * 5000]
    file.run("UPDATE plain SET text = 'later'")

    found = {row.id: row.text for row in ledger.get(KIND, ["long", names[0], names[-1]]).values()}
    assert found == {"long": "later", names[0]: "later", names[-1]: "text"}
    file.close()
