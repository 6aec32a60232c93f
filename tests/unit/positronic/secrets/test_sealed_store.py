"""SealedStore: what is kept, and what an update keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.ciphers.native import NativeCipher
from positronic.errors import CorruptRecord, StoreFailed
from positronic.names import MAX_VALUE, Name, Project, Value, parse_value
from positronic.ports import Record, SecretInfo
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealed_store import SealedStore
from positronic.stores.memory import MemoryRecords
from support.faults import FaultyRecords
from support.memory_service import MASTER_KEYS, START, Clock, Counting
from support.running import run

NAME = Name("API_KEY")
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200)


class Fixture:
    """A store, and what it stands on."""

    def __init__(self, project: str = "shop") -> None:
        self.clock = Clock()
        self.records = FaultyRecords(MemoryRecords())
        keyring, random = Keyring(MASTER_KEYS), Counting()
        self.store = SealedStore(
            Project(project), self.records, NativeCipher(), keyring, clock=self.clock, random=random
        )

    def put(self, value: str, previous: SecretInfo | None = None) -> SecretInfo:
        return run(self.store.put(NAME, parse_value(value), previous))

    def record(self) -> Record:
        return run(self.records.inner.get([NAME]))[NAME]

    def open(self) -> Value:
        async def steps() -> Value:
            return await (await self.store.get([NAME]))[NAME].open()

        return run(steps())


@given(VALUES)
def test_a_value_comes_back(value: str) -> None:
    """Whatever was put opens to the same text."""
    fixture = Fixture()
    fixture.put(value)

    assert fixture.open().reveal() == value


@pytest.mark.parametrize("value", ["x" * MAX_VALUE, "€" * 21_845, "\n\n", "a\r\nb\r\n", "\ufeffx"])
def test_a_value_at_the_edge_comes_back(value: str) -> None:
    """The longest values and odd line ends open to the same text."""
    fixture = Fixture()
    fixture.put(value)

    assert fixture.open().reveal() == value


def test_the_store_holds_no_value() -> None:
    """The record has sealed text and metadata only."""
    fixture = Fixture()
    fixture.put("canary-in-clear")

    assert "canary" not in repr(fixture.record())


def test_one_value_is_never_sealed_alike_twice() -> None:
    """A second write of the same value shares neither salt nor nonce nor ciphertext."""
    fixture = Fixture()
    fixture.put("value")
    first = fixture.record().sealed.split(".")[2:]
    fixture.put("value")

    assert not set(first) & set(fixture.record().sealed.split(".")[2:])


def test_a_new_secret_is_the_first_version() -> None:
    """Created and updated are the clock's time."""
    info = Fixture().put("value")

    assert info == SecretInfo(NAME, 1, START, START)


def test_an_update_keeps_its_creation() -> None:
    """Version and updated move on; created does not."""
    fixture = Fixture()
    first = fixture.put("value")
    fixture.clock.now += 1000

    assert fixture.put("other", first) == SecretInfo(NAME, 2, START, START + 1000)


def test_a_clock_that_goes_back_does_not_date_an_update_before_what_it_replaces() -> None:
    """Updated never goes back."""
    fixture = Fixture()
    first = fixture.put("value")
    fixture.clock.now -= 60_000

    assert fixture.put("other", first) == SecretInfo(NAME, 2, START, START)
    assert fixture.open().reveal() == "other"


def test_a_refusal_names_the_secret() -> None:
    """CorruptRecord says which secret does not open."""
    fixture = Fixture()
    fixture.put("value")
    record = fixture.record()
    run(fixture.records.put(Record(NAME, record.metadata, "px1.cut")))

    with pytest.raises(CorruptRecord, match="record of API_KEY"):
        fixture.open()


def test_a_record_of_another_project_does_not_open() -> None:
    """Copied whole into another project, it raises CorruptRecord."""
    here, there = Fixture("shop"), Fixture("other")
    here.put("value")
    run(there.records.put(here.record()))

    with pytest.raises(CorruptRecord):
        there.open()


def test_a_store_that_fails_is_heard() -> None:
    """What the record store raises comes through."""
    fixture = Fixture()
    fixture.records.failing_calls = {"put"}

    with pytest.raises(StoreFailed):
        fixture.put("value")
