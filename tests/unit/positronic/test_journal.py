"""A journal remembers a change for as long as a store may lag behind, and then forgets it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from positronic.cloudflare.sql_journal import SqlJournal
from positronic.journal import GONE, KEPT, MemoryJournal
from positronic.ports import Journal
from support.memory_service import Clock


class _Rows:
    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    def toArray(self) -> list[dict[str, Any]]:  # noqa: N802 - the binding's name
        names = [column[0] for column in self._cursor.description]
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]


class _Sqlite:
    """A Durable Object's `storage.sql` on CPython's own SQLite."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)

    def exec(self, query: str, *parameters: Any) -> _Rows:  # noqa: ANN401
        return _Rows(self._connection.execute(query, parameters))


def _sql(clock: Clock) -> Journal:
    return SqlJournal(_Sqlite(), clock)


@pytest.fixture(params=[MemoryJournal, _sql])
def make(request: pytest.FixtureRequest) -> Callable[[Clock], Journal]:
    chosen: Callable[[Clock], Journal] = request.param
    return chosen


def test_the_last_version_of_each_key(make: Callable[[Clock], Journal]) -> None:
    """A key has the version that was noted last, and a deletion is one."""
    journal = make(Clock())
    journal.note({"secret/A": 1, "secret/B": 7})
    journal.note({"secret/A": 2})
    journal.note({"secret/B": GONE})

    assert dict(journal.recent()) == {"secret/A": 2, "secret/B": GONE}


def test_forgotten_in_time(make: Callable[[Clock], Journal]) -> None:
    """A change is known until KEPT is over, and each for itself."""
    clock = Clock()
    journal = make(clock)
    journal.note({"secret/A": 1})
    clock.now += KEPT - 1
    journal.note({"token/1": GONE})
    before = dict(journal.recent())
    clock.now += 1

    assert before == {"secret/A": 1, "token/1": GONE}
    assert dict(journal.recent()) == {"token/1": GONE}


def test_a_durable_object_remembers_over_a_restart() -> None:
    """A journal that is opened again on the same SQLite knows what was noted before."""
    sql, clock = _Sqlite(), Clock()
    SqlJournal(sql, clock).note({"secret/A": 3})

    assert dict(SqlJournal(sql, clock).recent()) == {"secret/A": 3}
