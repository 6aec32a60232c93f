"""The rules for one project: audited first, told truthfully after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from positronic.audit.events import PURPOSE, Auditor, Origin
from positronic.ciphers.native import NativeCipher
from positronic.errors import (
    AuditUnavailable,
    CorruptRecord,
    NotFound,
    PartialWrite,
    PositronicError,
    RateLimited,
    StoreFailed,
    UnknownKey,
)
from positronic.journal import MemoryJournal
from positronic.names import Name, Value
from positronic.ports import AuditLog, Event, Record, RecordInfo, SecretInfo
from positronic.roles import Principal, Role
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer
from positronic.secrets.sealed_store import SealedStore
from positronic.secrets.vault import BulkResult, Entry, Vault
from positronic.stores.memory import MemoryAudit, MemoryRecords
from support.faults import FaultyAudit, FaultyRecords
from support.memory_service import MASTER_KEYS, SHOP, START, Clock, Counting
from support.running import run

A, B = Name("A"), Name("B")
WRITER = Principal("7", "ci", Role.WRITER, SHOP)


class Fixture:
    """A vault, and what it stands on."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.records = FaultyRecords(MemoryRecords())
        self.log = MemoryAudit()
        self._random = Counting()
        self.vault = self.vault_with(self.log)

    def vault_with(self, log: AuditLog, master_keys: str = MASTER_KEYS) -> Vault:
        store = SealedStore(
            SHOP,
            self.records,
            NativeCipher(),
            Keyring(master_keys),
            clock=self.clock,
            random=self._random,
        )
        signer = Signer(Keyring(master_keys), PURPOSE)
        auditor = Auditor(
            *(SHOP, log, signer, WRITER, Origin("r1", None)),
            clock=self.clock,
            random=self._random,
        )
        return Vault(store, auditor, MemoryJournal(self.clock))

    def stored(self) -> dict[Name, Record]:
        async def steps() -> dict[Name, Record]:
            page = await self.records.inner.list(None, 1000)
            return dict(
                await self.records.inner.get(
                    [item.name for item in page.items if isinstance(item, RecordInfo)]
                )
            )

        return run(steps())

    def corrupt(self, name: Name) -> None:
        run(self.records.inner.put(replace(self.stored()[name], sealed="px1.cut")))

    def events(self) -> list[Event]:
        return list(run(self.log.list(None, 1000)).items)


def _entries(count: int) -> list[Entry]:
    return [(Name(f"N{number:04}"), Value(f"value {number}")) for number in range(count)]


def test_create_and_update() -> None:
    """An update keeps its creation and moves its date on."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.clock.now += 5
    info = run(fixture.vault.create(A, Value("two")))

    assert (info.version, info.created_at, info.updated_at) == (2, START, START + 5)


def test_an_update_after_the_clock_went_back() -> None:
    """Neither date goes back."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.clock.now -= 5
    info = run(fixture.vault.create(A, Value("two")))

    assert (info.created_at, info.updated_at) == (START, START)


def test_delete() -> None:
    """What is deleted is gone."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    run(fixture.vault.delete(A))

    assert not run(fixture.vault.exists(A))


def test_delete_of_nothing() -> None:
    """Deleting what is not there raises NotFound and is no event."""
    fixture = Fixture()
    with pytest.raises(NotFound):
        run(fixture.vault.delete(A))

    assert fixture.events() == []


def test_delete_of_a_secret_that_does_not_open() -> None:
    """A broken secret can be deleted."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.corrupt(A)
    run(fixture.vault.delete(A))

    assert fixture.stored() == {}


def test_delete_of_a_record_that_cannot_even_be_read() -> None:
    """A record with broken metadata can be deleted too: nothing else would ever remove it."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.records.error = CorruptRecord("the record of A has unreadable metadata")
    fixture.records.failing_calls = {"get"}
    run(fixture.vault.delete(A))

    assert fixture.stored() == {}


def test_overwriting_a_secret_that_does_not_open() -> None:
    """A broken secret can be replaced, and keeps its creation."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.corrupt(A)
    fixture.clock.now += 5

    assert run(fixture.vault.create(A, Value("two"))).created_at == START
    assert run(fixture.vault.exists(A))


def test_exists_says_what_a_brain_would_meet() -> None:
    """A broken secret raises CorruptRecord: it is neither there nor gone."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.corrupt(A)

    with pytest.raises(CorruptRecord):
        run(fixture.vault.exists(A))


def test_exists_under_a_lost_key() -> None:
    """A secret under a key that is gone raises UnknownKey."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    vault = fixture.vault_with(fixture.log, MASTER_KEYS.replace("key-1", "key-2"))

    with pytest.raises(UnknownKey, match="key-1"):
        run(vault.exists(A))


def test_a_list_opens_nothing() -> None:
    """A broken secret is listed like any other."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.corrupt(A)

    assert [
        info.name
        for info in run(fixture.vault.list(None, 1000)).items
        if isinstance(info, SecretInfo)
    ] == [A]


def test_bulk_counts() -> None:
    """Created and updated are told apart."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    result = run(fixture.vault.bulk([(B, Value("b")), (A, Value("a"))]))

    assert result == BulkResult(created=1, updated=1)


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (100, [100]), (101, [100, 1]), (500, [100] * 5)]
)
def test_bulk_reads_a_hundred_at_once(count: int, sizes: list[int]) -> None:
    """500 entries cost five reads."""
    fixture = Fixture()
    run(fixture.vault.bulk(_entries(count)))

    assert fixture.records.read_sizes == sizes
    assert len(fixture.stored()) == count


@pytest.mark.parametrize("first_bad", [0, 5, 6, 13, 19])
def test_a_bulk_that_stops_names_exactly_what_is_not_written(first_bad: int) -> None:
    """The names in the error and the names in the store are all names, and share none."""
    fixture, entries = Fixture(), _entries(20)
    fixture.records.failing_names = {entries[first_bad][0]}
    with pytest.raises(PartialWrite) as caught:
        run(fixture.vault.bulk(entries))

    unwritten = [detail.name or "" for detail in caught.value.details]
    assert sorted([*unwritten, *fixture.stored()]) == [name for name, _ in entries]
    assert [entries[detail.index or 0][0] for detail in caught.value.details] == unwritten
    assert f"{len(fixture.stored())} of 20 secrets were written" in caught.value.message


def test_a_bulk_that_stops_says_why_and_what_was_not_tried() -> None:
    """The write that failed has its own code; later ones were not attempted."""
    fixture, entries = Fixture(), _entries(8)
    fixture.records.error = RateLimited("the store asks to slow down")
    fixture.records.failing_names = {entries[2][0]}
    with pytest.raises(PartialWrite) as caught:
        run(fixture.vault.bulk(entries))

    codes = [(detail.index, detail.code) for detail in caught.value.details]
    assert codes == [(2, "rate_limited"), (6, "not_attempted"), (7, "not_attempted")]


def test_a_bulk_that_stopped_can_be_sent_again() -> None:
    """Sent again, it ends with every entry, and says which of them were there."""
    fixture, entries = Fixture(), _entries(8)
    fixture.records.failing_names = {entries[2][0]}
    with pytest.raises(PartialWrite):
        run(fixture.vault.bulk(entries))
    fixture.records.failing_names = set()

    assert run(fixture.vault.bulk(entries)) == BulkResult(created=3, updated=5)


def test_a_mutation_is_recorded_before_it_is_made() -> None:
    """One accepted event each, with who, what, which names and the request."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.clock.now += 1
    run(fixture.vault.bulk([(A, Value("a")), (B, Value("b"))]))
    fixture.clock.now += 1
    run(fixture.vault.delete(B))

    told = [(event.action, event.names, event.outcome) for event in fixture.events()]
    assert told == [
        ("secret.delete", (B,), "accepted"),
        ("secret.bulk", (A, B), "accepted"),
        ("secret.put", (A,), "accepted"),
    ]
    assert {event.request_id for event in fixture.events()} == {"r1"}
    assert fixture.events()[0].actor == {"type": "token", "id": "7", "name": "ci"}


def test_reading_is_no_event() -> None:
    """List and exists write nothing."""
    fixture = Fixture()
    run(fixture.vault.list(None, 1000))
    run(fixture.vault.exists(A))

    assert fixture.events() == []


def _mutate(vault: Vault, mutation: str) -> None:
    match mutation:
        case "create":
            run(vault.create(B, Value("b")))
        case "update":
            run(vault.create(A, Value("a")))
        case "delete":
            run(vault.delete(A))
        case "bulk":
            run(vault.bulk([(A, Value("a")), (B, Value("b"))]))


@pytest.mark.parametrize("mutation", ["create", "update", "delete", "bulk"])
@pytest.mark.parametrize("error", [StoreFailed("no"), RateLimited("slow down")])
def test_what_cannot_be_recorded_does_not_happen(mutation: str, error: PositronicError) -> None:
    """With the audit log failing, each mutation raises AuditUnavailable and changes nothing."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    before = fixture.stored()
    vault = fixture.vault_with(FaultyAudit(fixture.log, working=0, error=error))
    with pytest.raises(AuditUnavailable):
        _mutate(vault, mutation)

    assert fixture.stored() == before


@pytest.mark.parametrize(
    ("mutation", "call", "action", "names"),
    [
        ("create", "put", "secret.put", (B,)),
        ("update", "put", "secret.put", (A,)),
        ("delete", "delete", "secret.delete", (A,)),
        ("bulk", "put", "secret.bulk", (A, B)),
    ],
)
def test_a_change_that_failed_is_recorded(
    mutation: str, call: str, action: str, names: tuple[str, ...]
) -> None:
    """A second event of the same request says that it failed, and with which code."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("one")))
    fixture.clock.now += 1
    fixture.records.failing_calls = {call}
    with pytest.raises(PositronicError) as caught:
        _mutate(fixture.vault, mutation)

    failed = next(event for event in fixture.events() if event.outcome == "failed")
    accepted = next(event for event in fixture.events() if event.time == failed.time - 1 != START)
    assert (failed.action, failed.names, failed.code) == (action, names, caught.value.code)
    assert accepted.request_id == failed.request_id


def test_a_partial_write_is_recorded_with_the_names_that_are_missing() -> None:
    """The failed event names what was not written, and nothing else."""
    fixture, entries = Fixture(), _entries(8)
    fixture.records.failing_names = {entries[2][0]}
    with pytest.raises(PartialWrite):
        run(fixture.vault.bulk(entries))

    failed = next(event for event in fixture.events() if event.outcome == "failed")
    assert failed.names == ("N0002", "N0006", "N0007")
    assert failed.code == "partial_write"


def test_a_failure_stands_even_when_it_cannot_be_recorded() -> None:
    """When the second event fails too, the caller still hears of the first failure."""
    fixture = Fixture()
    fixture.records.failing_calls = {"put"}
    vault = fixture.vault_with(FaultyAudit(fixture.log, working=1, error=RateLimited("no")))

    with pytest.raises(StoreFailed):
        run(vault.create(A, Value("one")))


def test_no_event_holds_a_value() -> None:
    """Events of good and of failed writes hold names only."""
    fixture = Fixture()
    run(fixture.vault.create(A, Value("canary")))
    fixture.records.failing_names = {"B"}
    with pytest.raises(PartialWrite):
        run(fixture.vault.bulk([(A, Value("canary")), (B, Value("canary"))]))

    assert "canary" not in repr(fixture.events())
