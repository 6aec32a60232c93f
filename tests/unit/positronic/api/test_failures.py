"""The HTTP contract when something behind it fails: the truth by code, and no more than that."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from positronic.errors import RateLimited, StoreFailed
from positronic.names import Name
from positronic.ports import Record
from support.faults import FaultyAudit, FaultyRecords
from support.memory_service import SETTINGS, SHOP, House
from support.running import run

CANARY: Final = "canary-4b1d"
CALLS: Final = {
    "create": ("POST", "/secrets", {"name": "B", "value": CANARY}),
    "update": ("POST", "/secrets", {"name": "A", "value": CANARY}),
    "bulk": ("POST", "/secrets/bulk", {"secrets": [{"name": "B", "value": CANARY}]}),
    "delete": ("DELETE", "/secrets/A", None),
    "exists": ("GET", "/secrets/A/exists", None),
    "list": ("GET", "/secrets", None),
    "audit": ("GET", "/audit", None),
}
MUTATIONS: Final = ("create", "update", "bulk", "delete")


def _faulty(error: Exception, *calls: str) -> tuple[House, FaultyRecords]:
    """A house with one secret A, whose record store fails those calls."""
    sound = House()
    sound.put("A")
    records = FaultyRecords(sound.records(), error)
    records.failing_calls = set(calls)
    return House(storage=sound.storage, records=lambda project: records), records


@pytest.mark.parametrize("call", ["create", "update", "bulk", "delete", "exists", "list"])
def test_a_store_that_fails(call: str) -> None:
    """A store that does not answer answers store_failed."""
    house, _ = _faulty(StoreFailed("the store failed"), "get", "list")
    answer = house.call(*CALLS[call])

    assert (answer.status, answer.code) == (502, "store_failed")


@pytest.mark.parametrize(("call", "kind"), [("create", "put"), ("delete", "delete")])
def test_a_write_that_fails(call: str, kind: str) -> None:
    """A write that the store refuses answers store_failed."""
    house, _ = _faulty(StoreFailed("the store failed"), kind)

    assert house.call(*CALLS[call]).code == "store_failed"


def test_a_store_that_asks_to_slow_down() -> None:
    """Too many requests answers rate_limited and when to come back."""
    error = RateLimited("the store asks to slow down", headers={"Retry-After": "1"})
    house, _ = _faulty(error, "get")
    answer = house.call(*CALLS["create"])

    assert (answer.status, answer.code) == (429, "rate_limited")
    assert answer.headers["Retry-After"] == "1"


def test_a_bulk_that_stops_midway() -> None:
    """partial_write names what was not written; all else was."""
    house, records = _faulty(StoreFailed("the store failed"))
    records.failing_names = {"N3"}
    entries = [{"name": f"N{number}", "value": CANARY} for number in range(8)]
    answer = house.call("POST", "/secrets/bulk", {"secrets": entries})

    assert (answer.status, answer.code) == (502, "partial_write")
    unwritten = [(detail["index"], detail["name"]) for detail in answer.json["details"]]
    assert unwritten == [(3, "N3"), (6, "N6"), (7, "N7")]
    assert records.puts == ["N0", "N1", "N2", "N4", "N5"]
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize("call", MUTATIONS)
def test_audit_fails_closed(call: str) -> None:
    """What cannot be recorded answers audit_unavailable, and the store is as it was."""
    sound = House()
    sound.put("A")
    before = run(sound.records().get([Name("A"), Name("B")]))
    log = FaultyAudit(sound.audit_log(), working=0)
    house = House(storage=sound.storage, audit_log=lambda project: log)
    answer = house.call(*CALLS[call])

    assert (answer.status, answer.code) == (503, "audit_unavailable")
    assert run(sound.records().get([Name("A"), Name("B")])) == before


def test_a_record_that_does_not_open() -> None:
    """A changed record answers corrupt_record with the secret's name, and nothing of the text."""
    house = House()
    house.put("A")
    name = Name("A")
    record = run(house.records().get([name]))[name]
    run(house.records().put(Record(name, record.metadata, f"{record.sealed}A")))
    answer = house.call(*CALLS["exists"])

    assert (answer.status, answer.code) == (500, "corrupt_record")
    assert "A" in answer.json["error"]
    assert record.sealed[20:30].encode() not in answer.body


def test_a_record_under_a_key_that_is_gone() -> None:
    """A missing master key answers unknown_key with the id that is missing."""
    sound = House()
    sound.put("A")
    settings = replace(SETTINGS, master_keys=SETTINGS.master_keys.replace("key-1", "key-2"))
    house = House(settings=settings, storage=sound.storage)
    answer = house.call(*CALLS["exists"])

    assert (answer.status, answer.code) == (500, "unknown_key")
    assert "key-1" in answer.json["error"]
    assert house.call(*CALLS["list"]).status == 200


@pytest.mark.parametrize("error", [RuntimeError(CANARY), KeyError(CANARY), TypeError(CANARY)])
@pytest.mark.parametrize("call", [*MUTATIONS, "exists", "list"])
def test_what_nobody_expected(call: str, error: Exception) -> None:
    """`internal` says the request id and nothing else, to the caller and to the log."""
    house, _ = _faulty(error, "get", "put", "delete", "list")
    answer = house.call(*CALLS[call])
    request_id = answer.headers["X-Request-Id"]

    assert answer.status == 500
    assert answer.json == {"error": f"internal error, request {request_id}", "code": "internal"}
    assert len(house.reported) == 1
    assert request_id in house.reported[0]
    assert type(error).__name__ in house.reported[0]
    assert CANARY not in house.reported[0]
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_audit_log_that_nobody_expected_to_fail_stops_the_change_too() -> None:
    """Whatever the audit log raises, nothing is written."""
    sound = House()
    log = FaultyAudit(sound.audit_log(SHOP), working=0, error=RuntimeError(CANARY))
    house = House(storage=sound.storage, audit_log=lambda project: log)

    assert house.call(*CALLS["create"]).code == "internal"
    assert sound.names() == []
    assert CANARY not in str(house.reported)


def test_refusals_are_not_reported() -> None:
    """A refusal is the caller's to read, and no line in the operator's log."""
    house = House()
    house.call("GET", "/nothing")
    house.call("POST", "/secrets", {"name": CANARY, "value": CANARY})

    assert house.reported == []
