"""Tokens, keys and projects over the API: what succeeds, what is refused, what is noted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

import pytest

from positronic.access import tokens
from positronic.ledger.event_rows import EVENTS
from positronic.ledger.token_rows import TOKENS
from positronic.ports import Signature
from support.faults import FaultyLedger
from support.memory_service import SETTINGS, START, TOKEN, House
from support.rows import keep_token
from support.rows import tokens as tokens_of

DATE: Final = "2026-11-24T05:36:45.123Z"
CANARY: Final = "canary-4b1d"
SOUND: Final = {"name": "ci", "role": "reader"}


def test_issue() -> None:
    """A new token answers with its text, once, and with what it is."""
    house = House()
    answer = house.call("POST", "/tokens", {"name": "ci bot", "role": "writer", "expiresIn": 60})
    token = tokens.parse(answer.json["token"])

    assert token
    assert token.project == "shop"
    assert answer.status == 201
    assert answer.json == {
        "token": token.text,
        "id": token.id,
        "name": "ci bot",
        "role": "writer",
        "createdAt": DATE,
        "expiresAt": "2026-11-24T05:37:45.123Z",
        "by": "root",
    }


def test_a_token_without_an_expiry() -> None:
    """Without expiresIn, also when it is null, there is no expiresAt and no end."""
    house = House()
    for document in (SOUND, {**SOUND, "expiresIn": None}):
        answer = house.call("POST", "/tokens", document)
        house.clock.now += 10 * 366 * 24 * 3600 * 1000

        assert "expiresAt" not in answer.json
        assert house.as_token(answer.json["token"], "GET", "/secrets").status == 200


def test_it_is_shown_once_and_kept_nowhere() -> None:
    """Neither the store nor the log nor any later answer holds a part of the secret."""
    house = House()
    token = tokens.parse(house.issue("admin"))
    assert token
    later = [house.call("GET", path).body for path in ("/tokens", "/audit", "/keys", "/projects")]
    kept = repr(house.ledger().list(TOKENS.kind)) + repr(house.ledger().list(EVENTS.kind))

    places = str(later) + kept + str(house.reported)
    assert token.id in places
    assert [start for start in range(56) if token.secret[start : start + 8] in places] == []


def test_list() -> None:
    """Tokens come by id, with what they are and without a hash."""
    house = House()
    issued = [house.issue(role) for role in ("reader", "writer", "admin")]
    listed = house.call("GET", "/tokens").json

    ids = sorted(token.id for token in map(tokens.parse, issued) if token)
    assert [item["id"] for item in listed["tokens"]] == ids
    assert listed["count"] == 3
    assert {frozenset(item) for item in listed["tokens"]} == {
        frozenset({"id", "name", "role", "createdAt", "by"})
    }


def test_list_is_paged() -> None:
    """A hundred tokens a page, unless another limit is asked for."""
    house = House()
    for _ in range(101):
        house.issue()
    first = house.call("GET", "/tokens").json
    second = house.call("GET", f"/tokens?cursor={first['cursor']}").json

    assert (first["count"], second["count"]) == (100, 1)
    assert house.call("GET", "/tokens?limit=1000").json["count"] == 101


def test_revoke() -> None:
    """A revoked token answers with nothing, opens nothing, and is not there to be revoked."""
    house = House()
    text = house.issue()
    token = tokens.parse(text)
    assert token
    answers = [house.call("DELETE", f"/tokens/{token.id}") for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 404]
    assert answers[0].body == b""
    assert house.as_token(text, "GET", "/secrets").status == 401
    assert house.call("GET", "/tokens").json == {"tokens": [], "count": 0}


def test_revoking_itself() -> None:
    """An admin's token may revoke itself, and is then nobody."""
    house = House()
    text = house.issue("admin")
    token = tokens.parse(text)
    assert token

    assert house.as_token(text, "DELETE", f"/tokens/{token.id}").status == 204
    assert house.as_token(text, "GET", "/tokens").status == 401


def test_tokens_are_a_project_s_own() -> None:
    """One project's admin neither sees nor revokes another's tokens."""
    house = House()
    admin, other = house.issue("admin"), tokens.parse(house.issue(project="other"))
    assert other

    assert house.as_token(admin, "GET", "/tokens").json["count"] == 1
    assert house.as_token(admin, "DELETE", f"/tokens/{other.id}").code == "not_found"
    assert house.as_token(other.text, "GET", "/secrets").status == 200


@pytest.mark.parametrize(
    "token_id",
    ["x", "0" * 16, "0" * 15, "A" * 16, "%2E%2E", "0" * 15 + "%2F", CANARY, "%F0%9F%94%91"],
)
def test_revoking_what_is_no_token(token_id: str) -> None:
    """An id that names no token answers not_found, unrepeated."""
    answer = House().call("DELETE", f"/tokens/{token_id}")

    assert (answer.status, answer.code) == (404, "not_found")
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize(
    ("change", "code"),
    [
        *[({"name": ""}, "invalid_name"), ({"name": "n" * 65}, "invalid_name")],
        *[({"name": f"px_{CANARY}"}, "invalid_name"), ({"name": f"{CANARY}\n"}, "invalid_name")],
        *[({"name": "<b>"}, "invalid_name"), ({"name": " a"}, "invalid_name")],
        *[({"name": 1}, "invalid_request"), ({"name": None}, "invalid_request")],
        *[({"role": "root"}, "invalid_request"), ({"role": "Reader"}, "invalid_request")],
        *[({"role": CANARY}, "invalid_request"), ({"role": ["reader"]}, "invalid_request")],
        *[({"role": None}, "invalid_request"), ({"role": 1}, "invalid_request")],
        *[({"expiresIn": 59}, "invalid_request"), ({"expiresIn": 0}, "invalid_request")],
        *[({"expiresIn": -60}, "invalid_request"), ({"expiresIn": 1000.5}, "invalid_request")],
        *[({"expiresIn": 10**30}, "invalid_request"), ({"expiresIn": True}, "invalid_request")],
        *[({"expiresIn": "90d"}, "invalid_request"), ({"expiresIn": [60]}, "invalid_request")],
        *[({"expiresIn": 5 * 366 * 24 * 3600 + 1}, "invalid_request")],
        *[({"expires_in": 60}, "invalid_request"), ({CANARY: CANARY}, "invalid_request")],
        *[({"id": "0" * 16}, "invalid_request"), ({"project": "other"}, "invalid_request")],
    ],
)
def test_a_bad_token(change: dict[str, object], code: str) -> None:
    """What is not the contract's is refused, unrepeated, and makes no token and no event."""
    house = House()
    answer = house.call("POST", "/tokens", {**SOUND, **change})

    assert (answer.status, answer.code) == (400, code)
    assert CANARY.encode() not in answer.body
    assert house.call("GET", "/tokens").json["count"] == 0
    assert house.events() == []


@pytest.mark.parametrize("gone", ["name", "role"])
def test_a_token_without(gone: str) -> None:
    """Name and role must be there; the sentence says which is not."""
    document = {key: text for key, text in SOUND.items() if key != gone}
    answer = House().call("POST", "/tokens", document)

    assert (answer.code, answer.json["error"]) == ("invalid_request", f"`{gone}` is missing")


@pytest.mark.parametrize("seconds", [60, 5 * 366 * 24 * 3600])
def test_the_shortest_and_the_longest_life(seconds: int) -> None:
    """A minute and five years are accepted."""
    house = House()

    assert house.call("POST", "/tokens", {**SOUND, "expiresIn": seconds}).status == 201


def test_issuing_and_revoking_are_events() -> None:
    """Each is one event with the token's id and the request's, and no name it cannot have."""
    house = House()
    issued = house.call("POST", "/tokens", SOUND)
    house.clock.now += 1
    revoked = house.call("DELETE", f"/tokens/{issued.json['id']}")

    told = [(each["action"], each["names"], each["requestId"]) for each in house.events()]
    assert told == [
        ("token.revoke", [issued.json["id"]], revoked.headers["X-Request-Id"]),
        ("token.create", [issued.json["id"]], issued.headers["X-Request-Id"]),
    ]


@pytest.mark.parametrize("call", ["issue", "revoke"])
def test_what_cannot_be_committed(call: str) -> None:
    """Answers store_failed; no token is made, shown or lost, and there is no event."""
    sound = House()
    token = tokens.parse(sound.issue())
    assert token
    faulty = FaultyLedger(sound.ledger())
    faulty.failing_calls = {"commit"}
    house = House(ledgers=sound.ledgers, around=lambda _: faulty)
    path = "/tokens" if call == "issue" else f"/tokens/{token.id}"
    answer = house.call("POST" if call == "issue" else "DELETE", path, SOUND)

    assert (answer.status, answer.code) == (502, "store_failed")
    assert b"px_" not in answer.body
    assert sound.call("GET", "/tokens").json["count"] == 1
    assert [event["action"] for event in sound.events()] == ["token.create"]


def test_keys() -> None:
    """Each master key with what it seals and signs; one that is not held is said not to be."""
    house = House()
    house.put("A", "B")
    token = tokens.parse(house.issue())
    assert token
    (record,) = tokens_of(house.ledger())
    lost = replace(record, id="f" * 16, signature=Signature("lost", "0" * 64))
    keep_token(house.ledger(), lost)

    held = {"id": "key-1", "secrets": 2, "tokens": 1, "auditKeys": 1, "copies": 0}
    gone = {"id": "lost", "secrets": 0, "tokens": 1, "auditKeys": 0, "copies": 0}

    assert house.call("GET", "/keys").json == {
        "keys": [{**held, "held": True}, {**gone, "held": False}],
        "newest": "key-1",
        "pending": False,
    }


def test_projects() -> None:
    """Root lists every project that was ever changed, and no other."""
    house = House()
    house.put("A")
    house.issue(project="other")
    house.call("GET", "/secrets", headers={"x-positronic-project": "only-read"})

    assert house.call("GET", "/projects").json == {
        "projects": [{"name": "other"}, {"name": "shop"}],
        "count": 2,
    }
    assert house.call("GET", "/projects?limit=1").json["cursor"]


@pytest.mark.parametrize("query", ["token", "access_token", "api_key", "authorization", "Token"])
def test_a_token_in_the_address(query: str) -> None:
    """It is refused with what to do about it, valid or not, and not repeated."""
    house = House()
    answer = house.call("GET", f"/secrets?{query}={TOKEN}", headers={"authorization": None})

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert "must not be in the address" in answer.json["error"]
    assert TOKEN.encode() not in answer.body


def test_a_token_of_one_house_is_none_in_another() -> None:
    """A token opens nothing where its record is not."""
    text = House().issue("admin")

    assert (
        House(settings=replace(SETTINGS, project="x")).as_token(text, "GET", "/keys").status == 401
    )


def test_dates_are_the_clock_s() -> None:
    """What is kept has the clock's time and the expiry from it on."""
    house = House()
    token = tokens.parse(house.issue(expiresIn=60))
    (record,) = tokens_of(house.ledger())

    assert (record.created_at, record.expires_at) == (START, START + 60_000)
    assert json.dumps(record.hash) == f'"{token.hash if token else ""}"'
