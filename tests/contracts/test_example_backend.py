"""The example of CONTRIBUTING.md keeps every promise, below the core and above it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from examples.journal_ledger import JournalLedger, in_folder

from contracts.for_pytest import contract_tests
from contracts.ledger_world import LedgerWorld
from positronic.ciphers.native import NativeCipher
from positronic.errors import StoreFailed
from positronic.rows import Delete, Kind, Put
from spec.house import House
from spec.trying import broken, tried
from support.source import ROOT

KIND = Kind("item", ("size",))


@contextmanager
def make_world(folder: Path) -> Iterator[LedgerWorld]:
    ledger = JournalLedger(folder / "ledger")
    yield LedgerWorld(NativeCipher(), lambda: ledger)


test_journal = contract_tests(make_world)


def _sizes(ledger: JournalLedger) -> dict[str, object]:
    return {row.id: row.keys[0] for row in ledger.list(KIND, "size")}


def test_what_was_committed_is_there_again(tmp_path: Path) -> None:
    """A ledger that is opened again has every row, and none that was deleted."""
    ledger = JournalLedger(tmp_path / "ledger")
    ledger.commit([Put(KIND, "a", "text", (1,)), Put(KIND, "b", "text", (2,))], {})
    ledger.commit([Delete(KIND, "a"), Put(KIND, "c", "é\n", (3,))], {})

    assert _sizes(JournalLedger(tmp_path / "ledger")) == {"b": 2, "c": 3}


def test_a_commit_that_was_cut_short_is_none(tmp_path: Path) -> None:
    """Wherever the file ends, the last commit is there whole or not at all, and more can follow."""
    path = tmp_path / "ledger"
    JournalLedger(path).commit([Put(KIND, "a", "text", (1,))], {})
    start = path.stat().st_size
    JournalLedger(path).commit([Put(KIND, "b", "text", (2,)), Put(KIND, "c", "text", (3,))], {})
    written = path.read_bytes()
    for size in range(start, len(written)):
        path.write_bytes(written[:size])
        assert _sizes(JournalLedger(path)) == {"a": 1}, f"cut after {size} bytes"
        JournalLedger(path).commit([Put(KIND, "d", "text", (4,))], {})
        assert _sizes(JournalLedger(path)) == {"a": 1, "d": 4}, f"cut after {size} bytes"


def test_a_commit_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """Neither in the file nor in memory."""
    ledger = JournalLedger(tmp_path / "missing" / "ledger")
    with pytest.raises(StoreFailed):
        ledger.commit([Put(KIND, "a", "text", (1,))], {})

    assert _sizes(ledger) == {}


def test_it_keeps_the_whole_contract(tmp_path: Path) -> None:
    """A host on the example passes `px spec` at level full."""
    assert broken(tried(House(open_ledger=in_folder(tmp_path)).target())) == []


def test_contributing_shows_what_is_tested() -> None:
    """The harness that CONTRIBUTING.md prints is the one in this file."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    harness = [line.strip() for line in text.splitlines() if "contract_tests(make_" in line]

    assert harness == ["test_journal = contract_tests(make_world)"]
    assert "test_journal = contract_tests(make_world)" in Path(__file__).read_text()
