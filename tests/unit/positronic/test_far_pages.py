"""A page that is far from the beginning reads its own rows, and none of those before it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile
from positronic.rows import BY_ID, Key, Kind, Position, Put

KIND = Kind("found", ("word", "due"))
COUNT = 300


class ExplainedFile(SqliteFile):
    """Notes how SQLite carries out what it is asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.plans: list[str] = []

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        if query.startswith("SELECT id, text"):
            plan = super().run(f"EXPLAIN QUERY PLAN {query}", *values)
            self.plans.append(" ".join(str(row[-1]) for row in plan))
        return super().run(query, *values)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ExplainedFile]:
    file = ExplainedFile(tmp_path / "ledger.sqlite")
    yield file
    file.close()


def put(number: int) -> Put:
    return Put(KIND, f"{number:04}", "text", (f"{number:04}", number))


@pytest.mark.parametrize(
    ("index", "after", "low", "begins"),
    [
        (BY_ID, ("0250", "0250"), "", "(id>?"),
        ("word", ("0250", "0250"), " ", "((word,id)>(?,?)"),
        ("due", (250, "0250"), 0, "((due,id)>(?,?)"),
    ],
)
@pytest.mark.parametrize("limit", [1, 7, 50, 1000])
def test_a_page_begins_where_the_last_one_ended(
    file: ExplainedFile, index: str, after: Position, low: Key, begins: str, limit: int
) -> None:
    ledger = SqliteLedger(file, os.urandom)
    ledger.commit([put(number) for number in range(COUNT)], {})
    high: Key = COUNT if index == "due" else "1"

    found = ledger.list(KIND, index, after, limit, low=low, high=high)

    assert [row.id for row in found] == [f"{one:04}" for one in range(251, COUNT)][:limit]
    assert begins in file.plans[-1]


def test_a_page_after_what_is_before_its_range(file: ExplainedFile) -> None:
    """Both bounds hold, whichever is the higher one."""
    ledger = SqliteLedger(file, os.urandom)
    ledger.commit([put(number) for number in range(COUNT)], {})

    for index, before, low in ((BY_ID, "0005", "0100"), ("word", "0005", "0100")):
        rows = ledger.list(KIND, index, (before, before), 3, low=low)
        assert [row.id for row in rows] == ["0100", "0101", "0102"]
    assert [row.id for row in ledger.list(KIND, "due", (5, "0005"), 2, low=100)] == ["0100", "0101"]


def test_callers_make_few_statements(file: ExplainedFile) -> None:
    """The platform keeps each by its text."""
    asked: set[str] = set()
    run = file.run

    def noting(query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        asked.add(query)
        return run(query, *values)

    file.run = noting  # type: ignore[method-assign]
    ledger = SqliteLedger(file, os.urandom)
    ledger.commit([put(number) for number in range(COUNT)], {})
    for limit in range(1, 1002):
        assert len(ledger.list(KIND, "word", None, limit)) == min(limit, COUNT)

    assert len(asked) < 30
