"""A ledger is looked at without keeping a px serve from its commits."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from px.doctor import host
from px.doctor.host import INTACT, TOO_LONG, look
from px.serve.ledgers import WAIT


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Of some thousand rows."""
    path = tmp_path / "default.sqlite"
    with closing(sqlite3.connect(path)) as one:
        one.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
        rows = [(number, f"{number:0200}") for number in range(20_000)]
        one.executemany("INSERT INTO kept VALUES (?, ?)", rows)
        one.commit()
    return path


def test_there_is_time(ledger: Path) -> None:
    """Then all of it is looked through."""
    assert look(ledger, None) == INTACT


def test_it_ends_in_time(ledger: Path) -> None:
    """Beside a px serve it is given up, which is no fault of the ledger."""
    assert look(ledger, 0) == TOO_LONG


def test_a_large_one(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it begun, as not every step ends in time; without a px serve it is."""
    monkeypatch.setattr(host, "LARGEST", 1000)

    assert (look(ledger, 60), look(ledger, None)) == (TOO_LONG, INTACT)


def test_a_commit_waits_longer_than_a_look() -> None:
    """Or px doctor would make a px serve refuse what it is asked to write."""
    assert host.MOMENT <= WAIT / 2


def test_a_pipe(tmp_path: Path) -> None:
    """It is not opened: that can take forever, which here it does not, as we have it open."""
    pipe = tmp_path / "default.sqlite"
    os.mkfifo(pipe)
    handle = os.open(pipe, os.O_RDWR)
    try:
        assert look(pipe, None) == look(pipe, 1) == "it is not a regular file"
    finally:
        os.close(handle)


def test_one_that_is_being_written(ledger: Path) -> None:
    """A commit under way is not waited for longer than that."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as writing:
        writing.execute("BEGIN EXCLUSIVE")
        assert look(ledger, 0.001) == TOO_LONG
        writing.execute("ROLLBACK")
