"""The HTTP contract when something behind it fails: the truth by code, and no more than that."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from positronic.errors import StoreFailed, TooLarge
from positronic.ledger.event_rows import EVENTS
from positronic.ledger.secret_rows import STATES, VERSIONS
from positronic.names import Name
from support.faults import FaultyLedger
from support.memory_service import SETTINGS, House
from support.rows import keep_text, records

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
KINDS: Final = (STATES.kind, VERSIONS.kind, EVENTS.kind)


def _faulty(error: Exception, *calls: str) -> House:
    """A house with one secret A, whose ledger fails those calls."""
    sound = House()
    sound.put("A")
    ledger = FaultyLedger(sound.ledger(), error)
    ledger.failing_calls = set(calls)
    return House(ledgers=sound.ledgers, around=lambda _: ledger)


@pytest.mark.parametrize("call", CALLS)
def test_a_ledger_that_fails(call: str) -> None:
    """A ledger that does not answer answers store_failed."""
    house = _faulty(StoreFailed("the ledger failed"), "get", "list")
    answer = house.call(*CALLS[call])

    assert (answer.status, answer.code) == (502, "store_failed")


@pytest.mark.parametrize("call", MUTATIONS)
def test_a_commit_that_fails(call: str) -> None:
    """A change that the ledger refuses answers store_failed; all is as it was, without an event."""
    house = _faulty(StoreFailed("the ledger failed"), "commit")
    before = {kind: house.ledger().list(kind) for kind in KINDS}
    answer = house.call(*CALLS[call])

    assert (answer.status, answer.code) == (502, "store_failed")
    assert {kind: house.ledger().list(kind) for kind in KINDS} == before
    assert CANARY.encode() not in answer.body


def test_a_ledger_that_is_full() -> None:
    """What does not fit answers too_large."""
    house = _faulty(TooLarge("a version has more than 2,000,000 bytes"), "commit")

    assert house.call(*CALLS["create"]).code == "too_large"


def test_a_record_that_does_not_open() -> None:
    """A changed record answers corrupt_record with the secret's name, and nothing of the text."""
    house = House()
    house.put("A")
    record = records(house.ledger())[Name("A")]
    keep_text(house.ledger(), replace(record, sealed=f"{record.sealed}A"))
    answer = house.call(*CALLS["exists"])

    assert (answer.status, answer.code) == (500, "corrupt_record")
    assert "A" in answer.json["error"]
    assert record.sealed[20:30].encode() not in answer.body


def test_a_record_under_a_key_that_is_gone() -> None:
    """A missing master key answers unknown_key with the id that is missing."""
    sound = House()
    sound.put("A")
    settings = replace(SETTINGS, master_keys=SETTINGS.master_keys.replace("key-1", "key-2"))
    house = House(settings=settings, ledgers=sound.ledgers)
    answer = house.call(*CALLS["exists"])

    assert (answer.status, answer.code) == (500, "unknown_key")
    assert "key-1" in answer.json["error"]
    assert house.call(*CALLS["list"]).status == 200


@pytest.mark.parametrize("error", [RuntimeError(CANARY), KeyError(CANARY), TypeError(CANARY)])
@pytest.mark.parametrize("call", [*MUTATIONS, "exists", "list"])
def test_what_nobody_expected(call: str, error: Exception) -> None:
    """`internal` says the request id and nothing else, to the caller and to the log."""
    house = _faulty(error, "get", "list", "commit")
    answer = house.call(*CALLS[call])
    request_id = answer.headers["X-Request-Id"]

    assert answer.status == 500
    assert answer.json == {"error": f"internal error, request {request_id}", "code": "internal"}
    assert len(house.reported) == 1
    assert request_id in house.reported[0]
    assert type(error).__name__ in house.reported[0]
    assert CANARY not in house.reported[0]
    assert answer.headers["Cache-Control"] == "no-store"


def test_refusals_are_not_reported() -> None:
    """A refusal is the caller's to read, and no line in the operator's log."""
    house = House()
    house.call("GET", "/nothing")
    house.call("POST", "/secrets", {"name": CANARY, "value": CANARY})

    assert house.reported == []
