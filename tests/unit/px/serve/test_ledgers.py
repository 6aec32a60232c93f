"""Ledgers in files: made by a commit, private, the same for all, and closed when unused."""

from __future__ import annotations

import gc
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from stat import S_IMODE

import pytest

from positronic.errors import Busy, StoreFailed
from positronic.ledger.project_rows import DIRECTORY
from positronic.ledger.setting_rows import OWNER, OWNER_ID, SETTING
from positronic.ledger.use_rows import COUNTED
from positronic.names import Project
from px.serve.ledgers import FileOnceWritten, LedgerFiles

SHOP = Project("shop")


@pytest.fixture
def private_umask() -> object:
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_a_look_leaves_nothing_behind(tmp_path: Path) -> None:
    """As a token with an invented project causes one."""
    ledger = LedgerFiles(tmp_path)(SHOP)

    assert (ledger.get(SETTING, [OWNER_ID]), ledger.count(SETTING)) == ({}, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("private_umask")
def test_a_commit_makes_the_file(tmp_path: Path) -> None:
    """Readable for its owner alone, and there for the next process."""
    LedgerFiles(tmp_path)(SHOP).commit([OWNER.put(SHOP)], {})
    gc.collect()

    assert [one.name for one in tmp_path.iterdir()] == ["shop.sqlite"]
    assert S_IMODE((tmp_path / "shop.sqlite").stat().st_mode) == 0o600
    row = LedgerFiles(tmp_path)(SHOP).get(SETTING, [OWNER_ID])[OWNER_ID]
    assert OWNER.read(row) == SHOP


def test_all_users_of_a_project_have_the_same_ledger(tmp_path: Path) -> None:
    """A second one, on a project that has no file yet, would not see what the first one writes."""
    files = LedgerFiles(tmp_path)
    first, second = files(SHOP), files(SHOP)

    assert first is second


def test_a_pipe_is_no_ledger(tmp_path: Path) -> None:
    """It is not opened: that can take forever."""
    os.mkfifo(tmp_path / "shop.sqlite")

    with pytest.raises(StoreFailed, match="not a regular file"):
        LedgerFiles(tmp_path)(SHOP)


def test_a_commit_survives_a_power_cut(tmp_path: Path) -> None:
    """As far as SQLite and the disk can promise it: the journal's folder is synced, too."""
    database = FileOnceWritten(tmp_path / "x.sqlite")
    database.commit((), [("CREATE TABLE t (x)", ())])
    found = [database.run(f"PRAGMA {name}")[0][0] for name in ("synchronous", "journal_mode")]
    database.close()

    assert found == [3, "delete"]


def test_what_was_deleted_is_overwritten(tmp_path: Path) -> None:
    """The same as in every SQLite ledger."""
    database = FileOnceWritten(tmp_path / "x.sqlite")
    database.commit((), [("CREATE TABLE t (x)", ())])
    found = database.run("PRAGMA secure_delete")[0][0]
    database.close()

    assert found == 1


def test_projects_are_those_with_a_file(tmp_path: Path) -> None:
    """And the directory of all of them; a file of another name is nobody's."""
    files = LedgerFiles(tmp_path)
    for name in ("shop", "app-1", DIRECTORY):
        files(Project(name)).commit([OWNER.put(Project(name))], {})
    for name in ("shop.sqlite-journal", "NO.sqlite", "notes.txt", "..sqlite"):
        (tmp_path / name).touch()

    assert list(files.projects()) == [DIRECTORY, "app-1", "shop"]


def test_a_foreign_lock_is_busy_at_once(tmp_path: Path) -> None:
    """Nothing is waited for, as all other requests would wait too; nothing was done, and once the
    lock is gone it works. Other projects' ledgers are not concerned."""
    files = LedgerFiles(tmp_path)
    shop, other = files(SHOP), files(Project("other"))
    shop.commit([OWNER.put(SHOP)], {})
    with closing(sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)) as foreign:
        foreign.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Busy, match="another program has locked") as refused:
            shop.commit([COUNTED.put(1)], {})
        with pytest.raises(Busy):
            shop.get(SETTING, [OWNER_ID])
        with pytest.raises(Busy):
            LedgerFiles(tmp_path)(SHOP).get(SETTING, [OWNER_ID])
        other.commit([OWNER.put(Project("other"))], {})
    shop.commit([COUNTED.put(2)], {})

    assert refused.value.headers == {"Retry-After": "1"}
    assert shop.count(SETTING) == 2


def test_a_lock_is_waited_for_only_briefly(tmp_path: Path) -> None:
    """In milliseconds."""
    database = FileOnceWritten(tmp_path / "x.sqlite")
    database.commit((), [("CREATE TABLE t (x)", ())])
    found = database.run("PRAGMA busy_timeout")[0][0]
    database.close()

    assert found == 100
