"""A ledger's database that somebody else writes to at the worst moments, or has damaged."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from positronic.errors import StoreFailed
from positronic.ledger.secret_rows import VERSIONS
from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile
from positronic.ledger.text_keys import GROWS_BY
from positronic.rows import ABSENT, CommitConflict, Kind, Put
from px.serve.ledgers import FileOnceWritten
from support.late_file import LateFile

KIND: Final = Kind("plain")


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "ledger.sqlite")


def texts(count: int, beginning: str) -> list[Put]:
    return [Put(VERSIONS.kind, f"{beginning}/{one}", "text", ("k1",)) for one in range(count)]


def test_a_row_that_should_not_be_there_is_not_replaced(path: str) -> None:
    """Neither where the other process makes its table first, nor where this one looked before."""
    with closing(SqliteFile(path)) as file, closing(LateFile(path)) as late:
        other, ledger = SqliteLedger(file, os.urandom), SqliteLedger(late, os.urandom)
        first = Put(KIND, "A", "the other's")
        late.before = iter([lambda: other.commit([first], {(KIND, "A"): ABSENT})])
        with pytest.raises(CommitConflict):
            ledger.commit([Put(KIND, "A", "lost")], {(KIND, "A"): ABSENT})

        assert [row.text for row in other.list(KIND)] == ["the other's"]
        assert ledger.commit([Put(KIND, "B", "one")], {(KIND, "B"): ABSENT}) == 2


def test_a_file_that_another_process_made_is_looked_at(path: str) -> None:
    """A look before it was there says nothing of it."""
    with closing(FileOnceWritten(Path(path))) as once, closing(SqliteFile(path)) as file:
        ledger, other = SqliteLedger(once, os.urandom), SqliteLedger(file, os.urandom)
        assert not ledger.get(KIND, ["A"])
        other.commit([Put(KIND, "A", "the other's")], {(KIND, "A"): ABSENT})
        with pytest.raises(CommitConflict):
            ledger.commit([Put(KIND, "A", "lost")], {(KIND, "A"): ABSENT})

        assert [row.text for row in other.list(KIND)] == ["the other's"]


def test_slots_that_another_process_took_are_made_again(path: str) -> None:
    """The keys of both are there, each in a slot of its own."""
    with closing(SqliteFile(path)) as file, closing(LateFile(path)) as late:
        other, ledger = SqliteLedger(file, os.urandom), SqliteLedger(late, os.urandom)
        ledger.commit(texts(GROWS_BY, "A"), {})
        # Before it has looked which slots it has made, and when it knows.
        late.after = iter([lambda: other.commit(texts(100, "B"), {})])
        late.before = iter([int, int, lambda: other.commit(texts(100, "C"), {})])
        ledger.commit(texts(100, "D"), {})

        assert {row.text for row in other.list(VERSIONS.kind)} == {"text"}
        [(count, slots)] = file.run("SELECT COUNT(*), COUNT(DISTINCT slot) FROM version")
        assert count == slots == GROWS_BY + 300


def test_one_that_always_comes_second_gives_up(path: str) -> None:
    """Rather than try for ever; nothing was written."""
    with closing(SqliteFile(path)) as file, closing(LateFile(path)) as late:
        other, ledger = SqliteLedger(file, os.urandom), SqliteLedger(late, os.urandom)
        other.commit([Put(KIND, "A", "text")], {})
        late.before = iter(lambda: lambda: other.commit([Put(KIND, "A", "again")], {}), None)
        with pytest.raises(StoreFailed, match="all the time"):
            ledger.commit([Put(KIND, "B", "text")], {})

        assert [row.id for row in other.list(KIND)] == ["A"]


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM commits",
        "DROP TABLE commits",
        "UPDATE commits SET number = 0",
        "UPDATE commits SET number = ''",
        "UPDATE commits SET number = 9e999",
    ],
)
def test_a_damaged_counter_is_an_error(path: str, damage: str, *, is_open: bool) -> None:
    """Revisions would come again; what is there can still be read."""
    with closing(SqliteFile(path)) as file:
        ledger = SqliteLedger(file, os.urandom)
        ledger.commit([Put(KIND, "A", "text")], {})
        file.run(damage)
        ledger = ledger if is_open else SqliteLedger(file, os.urandom)
        with pytest.raises(StoreFailed):
            ledger.commit([Put(KIND, "A", "again")], {})

        assert [row.text for row in ledger.list(KIND)] == ["text"]


def test_slots_that_are_taken_at_once_are_an_error(path: str) -> None:
    """Rather than ever more of them."""
    with closing(SqliteFile(path)) as file:
        ledger = SqliteLedger(file, os.urandom)
        ledger.commit(texts(GROWS_BY, "A"), {})
        file.run(
            "CREATE TRIGGER takes AFTER INSERT ON text_keys"
            " BEGIN UPDATE text_keys SET key = 'taken' WHERE slot = NEW.slot; END"
        )
        with pytest.raises(StoreFailed, match="all the time"):
            ledger.commit(texts(1, "B"), {})

        assert ledger.count(VERSIONS.kind) == GROWS_BY


def test_a_trigger_of_somebody_else_holds_nothing_up(path: str) -> None:
    """Its name may be that of the table, which is older than this code."""
    with closing(SqliteFile(path)) as file:
        SqliteLedger(file, os.urandom).commit([Put(KIND, "A", "text")], {})
        file.run("CREATE TRIGGER plain AFTER DELETE ON plain BEGIN SELECT 1; END")

        newer = SqliteLedger(file, os.urandom)
        assert [row.text for row in newer.list(Kind("plain", ("due",)))] == ["text"]
