"""`secrets`: read late, once, recorded, and shown by name."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from positronic import BrainSecrets, SecretNotFound, brain
from positronic.api.session import Session
from positronic.audit.events import Origin
from positronic.brains.run_redactor import RunRedactor
from positronic.commands.asked_secrets import LedgerSecrets
from positronic.commands.run_commands import READ
from positronic.errors import CorruptRecord, InvalidName, ReservedName, StoreFailed
from positronic.names import Name
from positronic.ports import ReadableSecrets, Secret
from positronic.roles import Principal, Role
from positronic.runs.record import RunRecord
from positronic.sealing.keyring import Keyring
from positronic.testing import run_brain_sync
from support.memory_service import SHOP, House
from support.rows import events, keep_record, records
from support.running import run

State = dict[str, Any]

VALUES: Final = {"KEY": "value of KEY", "OTHER": "value of OTHER", "THIRD": "value of THIRD"}


class CountingStore:
    """What a run reads, and which names were asked for; it can be made to fail."""

    def __init__(self, inner: ReadableSecrets) -> None:
        self._inner = inner
        self.names, self.infos, self.exists = inner.names, inner.infos, inner.exists
        self.asked: list[list[str]] = []
        self.broken = False

    async def get(self, names: Collection[Name]) -> Mapping[Name, Secret]:
        self.asked.append(list(names))
        await asyncio.sleep(0)
        if self.broken:
            raise StoreFailed("the ledger did not answer")
        return await self._inner.get(names)


class Fixture:
    """One run's secrets, on three values of the project and one of another."""

    def __init__(self) -> None:
        house, root = House(), Principal("root", "root", Role.ROOT, None)
        house.put(*VALUES)
        foreign, other = {"name": "FOREIGN", "value": "v"}, {"x-positronic-project": "other"}
        house.call("POST", "/secrets", foreign, headers=other)
        session = Session(house.service, SHOP, root, Role.WRITER, Origin("request", None))
        self.ledger = house.ledger()
        record = RunRecord(SHOP, "0" * 32, "a brain", 1, "request", None)
        self.store = CountingStore(session.run_resources(record).store)
        self.refuses = False
        self.redactor = RunRedactor()
        self.secrets = BrainSecrets(self.store, self._note, self.redactor)

    @property
    def noted(self) -> list[list[str]]:
        """The names of each read that the ledger recorded, the first one first."""
        found = [event for event in reversed(events(self.ledger)) if event.action == READ]
        return [list(event.names) for event in found]

    async def _note(self, copied: Mapping[str, int]) -> None:
        await asyncio.sleep(0)
        if self.refuses:
            raise StoreFailed("the note was not stored")
        # What was told before can be searched for the value now.
        assert set(self.noted[-1]) <= set(self.redactor.names)
        assert copied == {}


def test_get() -> None:
    """The value as it was stored."""
    fixture = Fixture()

    assert run(fixture.secrets.get("KEY")) == VALUES["KEY"]
    assert fixture.noted == [["KEY"]]


def test_a_missing_secret_is_named() -> None:
    """SecretNotFound says which; it was not read, and that is not noted."""
    fixture = Fixture()

    with pytest.raises(SecretNotFound, match="there is no secret NONE") as missing:
        run(fixture.secrets.get("NONE"))
    assert missing.value.name == "NONE"
    assert fixture.noted == []


@pytest.mark.parametrize("default", [None, "", "a default", 3])
def test_a_default_for_a_missing_secret(default: object) -> None:
    """Any default, None too."""
    assert run(Fixture().secrets.get("NONE", default)) == default
    assert run(Fixture().secrets.get("KEY", default=default)) == VALUES["KEY"]


def test_each_name_is_read_once() -> None:
    """However often, and by however many at once; a missing one too."""
    fixture = Fixture()
    get = fixture.secrets.get

    async def often() -> list[object]:
        first = await asyncio.gather(*(get("KEY") for _ in range(5)), get("OTHER"), get("NONE", 1))
        return [*first, await get("KEY"), await get("NONE", 2)]

    found = run(often())

    assert found == [*[VALUES["KEY"]] * 5, VALUES["OTHER"], 1, VALUES["KEY"], 2]
    assert sorted(fixture.store.asked) == [["KEY"], ["NONE"], ["OTHER"]]
    assert sorted(fixture.noted) == [["KEY"], ["OTHER"]]


def test_many_are_read_together() -> None:
    """One question for all that were not read before."""
    fixture = Fixture()

    async def both() -> tuple[object, object]:
        await fixture.secrets.get("OTHER")
        several = await fixture.secrets.get_many(["KEY", "OTHER", "THIRD", "KEY"])
        return several, await fixture.secrets.get("THIRD")

    assert run(both()) == (VALUES, VALUES["THIRD"])
    assert fixture.store.asked == [["OTHER"], ["KEY", "THIRD"]]
    assert fixture.noted == [["OTHER"], ["KEY", "THIRD"]]


def test_many_with_a_missing_one() -> None:
    """It is named, and nothing is handed out."""
    with pytest.raises(SecretNotFound, match="NONE"):
        run(Fixture().secrets.get_many(["KEY", "NONE"]))


def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    """A cancelled read is made again for whoever else waits."""
    fixture = Fixture()

    async def two() -> str:
        first = asyncio.ensure_future(fixture.secrets.get("KEY"))
        second = asyncio.ensure_future(fixture.secrets.get("KEY"))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert run(two()) == VALUES["KEY"]
    assert fixture.store.asked == [["KEY"], ["KEY"]]


def test_what_is_not_noted_is_not_handed_out() -> None:
    """It fails closed, and a later try can work."""
    fixture = Fixture()
    fixture.refuses = True

    with pytest.raises(StoreFailed, match="the note was not stored"):
        run(fixture.secrets.get("KEY"))
    fixture.refuses = False
    assert run(fixture.secrets.get("KEY")) == VALUES["KEY"]
    assert fixture.noted == [["KEY"], ["KEY"]]


def test_a_store_that_fails_is_asked_again() -> None:
    """A failure is not kept as an answer."""
    fixture = Fixture()
    fixture.store.broken = True

    with pytest.raises(StoreFailed):
        run(fixture.secrets.get("KEY"))
    fixture.store.broken = False
    assert run(fixture.secrets.get("KEY")) == VALUES["KEY"]


def test_a_record_that_does_not_open_is_an_error() -> None:
    """It is not taken for a missing one, nor for a default."""
    fixture = Fixture()

    async def move() -> None:
        keep_record(
            fixture.ledger, replace(records(fixture.ledger)[Name("KEY")], name=Name("MOVED"))
        )
        await fixture.secrets.get("MOVED", "a default")

    with pytest.raises(CorruptRecord, match="MOVED"):
        run(move())
    with pytest.raises(CorruptRecord, match="MOVED"):
        run(fixture.secrets.exists("MOVED"))


def test_exists_and_names() -> None:
    """Neither hands out a value, so neither is a read."""
    fixture = Fixture()

    assert run(fixture.secrets.exists("KEY")) is True
    assert run(fixture.secrets.exists("NONE")) is False
    assert run(fixture.secrets.names()) == ["KEY", "OTHER", "THIRD"]
    assert fixture.noted == []


def test_another_project_is_another_world() -> None:
    """A name that only another project has does not exist."""
    fixture = Fixture()

    assert run(fixture.secrets.exists("FOREIGN")) is False
    with pytest.raises(SecretNotFound):
        run(fixture.secrets.get("FOREIGN"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("", InvalidName), ("../other/secret/X", InvalidName), ("POSITRONIC_X", ReservedName)],
)
def test_a_name_that_is_none(name: str, kind: type[Exception]) -> None:
    """Refused before the store is asked, and not repeated."""
    fixture = Fixture()

    with pytest.raises(kind):
        run(fixture.secrets.get(name, "a default"))
    assert fixture.store.asked == []


def test_it_shows_names_only() -> None:
    """Its repr names what was read; no attribute leads to a value, a store or a key."""
    fixture = Fixture()
    run(fixture.secrets.get("KEY"))

    assert repr(fixture.secrets) == str(fixture.secrets) == "BrainSecrets(read: KEY)"
    assert f"{fixture.secrets!r}" == "BrainSecrets(read: KEY)"
    with pytest.raises(TypeError):
        vars(fixture.secrets)
    hidden = CountingStore | LedgerSecrets | RunRedactor | Keyring
    attributes = [getattr(fixture.secrets, name) for name in dir(fixture.secrets)]
    assert not [one for one in attributes if isinstance(one, hidden)]
    assert VALUES["KEY"] not in repr(attributes)


@pytest.mark.parametrize(
    "leave",
    [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, lambda secrets: dict(secrets)],
)
def test_it_does_not_travel(leave: Callable[[object], object]) -> None:
    """Pickling, copying and JSON fail."""
    with pytest.raises(TypeError):
        leave(Fixture().secrets)


def test_nothing_can_be_put_on_it() -> None:
    """A brain cannot change what the next step gets."""
    with pytest.raises(AttributeError):
        Fixture().secrets.other = 1  # type: ignore[attr-defined]


def test_inner_brains_get_the_same_object() -> None:
    """One run, one set of reads."""
    seen: list[object] = []

    async def read(secrets: BrainSecrets) -> State:
        seen.append(secrets)
        return {"size": len(await secrets.get("KEY"))}

    inner = brain("inner").step("Read", read)
    outer = brain("outer").step("Read", read).brain("in", inner, lambda state, got: got)
    ran = run_brain_sync(outer, secrets=VALUES)

    assert len(seen) == 2
    assert seen[0] is seen[1]
    assert ran.reads == ["KEY"]
