"""How little a token that opens nothing learns, and what is noted of it."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

import pytest

from positronic.access import tokens
from positronic.ledger.memory import MemoryLedger
from positronic.names import Project
from support.faults import FaultyLedger
from support.memory_service import House
from support.rows import plant_token
from support.token_fixture import TokenFixture, shown


def test_a_known_id_answers_as_an_unknown_one() -> None:
    """Status, body and headers of a wrong secret are those of an id that does not exist."""
    fixture = TokenFixture()

    assert shown(fixture.use(fixture.wrong)) == shown(fixture.use(fixture.unknown))


def test_a_record_that_cannot_be_read_is_one_that_is_not_there() -> None:
    """A corrupt record refuses its token in an unknown one's words."""
    fixture = TokenFixture()
    plant_token(fixture.house.ledger(), fixture.token.id)

    assert shown(fixture.use()) == shown(fixture.use(fixture.unknown))


def test_a_ledger_that_fails_lets_nobody_in() -> None:
    """When tokens cannot be read, existing and missing ones hear the same."""
    faulty = FaultyLedger(MemoryLedger())
    house = House(around=lambda _: faulty)
    token = tokens.parse(house.issue())
    assert token
    faulty.failing_calls = {"get"}
    known, unknown = (
        house.as_token(each.text, "GET", "/secrets")
        for each in (token, replace(token, id="0" * 16))
    )

    assert (known.status, known.code) == (502, "store_failed")
    assert shown(known) == shown(unknown)


def test_the_same_work_for_an_unknown_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong secret and an unknown id are compared as often, and as long."""
    fixture = TokenFixture()
    sizes: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def watched(one: Any, other: Any) -> bool:  # noqa: ANN401 - text and bytes
        sizes.append((len(one), len(other)))
        return bool(real(one, other))

    monkeypatch.setattr(hmac, "compare_digest", watched)
    fixture.use(fixture.wrong)
    for_wrong = sizes.copy()
    sizes.clear()
    fixture.use(fixture.unknown)

    assert sizes == for_wrong
    assert len(sizes) == 3


def test_a_refused_known_token_is_noted_once_a_minute() -> None:
    """A wrong secret under a known id is one event, with the id and the address it came from."""
    fixture = TokenFixture()
    for _ in range(5):
        fixture.house.call(
            *("GET", "/secrets"),
            headers={
                "authorization": f"Bearer {fixture.wrong.text}",
                "cf-connecting-ip": "2001:db8::7",
            },
        )
    noted = [event for event in fixture.house.events() if event["outcome"] == "refused"]

    assert len(noted) == 1
    assert noted[0].pop("keyId").startswith("audit-")
    assert (noted[0].pop("sequence"), len(noted[0].pop("digest"))) == (2, 64)
    assert noted[0] | {"id": "", "time": "", "requestId": ""} == {
        "id": "",
        "time": "",
        "requestId": "",
        "names": [],
        "outcome": "refused",
        "actor": {"type": "token", "id": fixture.token.id, "name": "ci"},
        "action": "token.use",
        "code": "unauthenticated",
        "address": "2001:db8::7",
        "integrity": "intact",
    }


def test_a_refused_unknown_token_is_not_noted() -> None:
    """Guesses at ids that do not exist fill no log, and make no project."""
    fixture = TokenFixture()
    fixture.use(fixture.unknown)
    fixture.use(replace(fixture.token, project=Project("nowhere")))

    assert [event["outcome"] for event in fixture.house.events()] == ["accepted"]
    projects = fixture.house.call("GET", "/projects").json["projects"]
    assert projects == [{"name": "shop"}]


def test_a_refusal_that_cannot_be_noted_is_still_the_same_refusal() -> None:
    """A ledger that cannot be written changes no answer."""
    fixture = TokenFixture()
    faulty = FaultyLedger(fixture.house.ledger())
    faulty.failing_calls = {"commit"}
    house = House(ledgers=fixture.house.ledgers, around=lambda _: faulty)
    answer = house.as_token(fixture.wrong.text, "GET", "/secrets")

    assert shown(answer) == shown(house.as_token(fixture.unknown.text, "GET", "/secrets"))
    assert "commit" in faulty.calls
