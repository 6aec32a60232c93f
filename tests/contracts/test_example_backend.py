"""The example of CONTRIBUTING.md keeps every promise, below the core and above it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from examples.sqlite_storage import SqliteRows, SqliteStorage

from contracts.for_pytest import contract_tests
from contracts.worlds import World
from positronic.ciphers.native import NativeCipher
from positronic.names import Project
from spec.house import House
from spec.trying import broken, tried
from support.source import ROOT

_open: list[SqliteStorage] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


class SqliteWorld(World):
    """A table that others can write to."""

    async def plant(
        self, project: Project, kind: str, id_: str, text: str, metadata: object
    ) -> bool:
        rows = SqliteRows(_open[-1].database, project, kind)
        rows.put(id_, text, json.dumps(metadata))
        return True


def make_world() -> World:
    _open.append(SqliteStorage())
    return SqliteWorld(NativeCipher(), _open[-1])


test_sqlite = contract_tests(make_world)


def test_it_keeps_the_whole_contract(tmp_path: Path) -> None:
    """A host on the example passes `px spec` at level full."""
    with closing(SqliteStorage(tmp_path / "kept.db")) as storage:
        outcomes = tried(House(storage=storage).target())

    assert broken(outcomes) == []


def test_contributing_shows_what_is_tested() -> None:
    """The harness that CONTRIBUTING.md prints is the one in this file."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    harness = [line.strip() for line in text.splitlines() if "contract_tests(make_" in line]

    assert harness == ["test_sqlite = contract_tests(make_world)"]
    assert "test_sqlite = contract_tests(make_world)" in Path(__file__).read_text()
