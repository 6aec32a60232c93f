"""A secret's policy over the API, what is due, and what an expired secret refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from positronic.ledger.secret_rows import VERSIONS
from positronic.times import iso, milliseconds
from support.memory_service import START, House

DAY: Final = 86_400_000
KEPT: Final = {"versions": 10, "days": 30}


def _patch(house: House, name: str, **fields: object) -> dict[str, Any]:
    answer = house.call("PATCH", f"/secrets/{name}", fields)
    assert answer.status == 200, answer.body
    return dict(answer.json)


def _due(house: House, query: str = "") -> list[str]:
    return [one["name"] for one in house.call("GET", f"/due{query}").json["due"]]


def test_a_policy_is_set_and_shown() -> None:
    """The version stays; what is due first is told, and why."""
    house = House()
    house.put("A")
    answer = _patch(
        house,
        "A",
        note="of the shop's account",
        expiresAt="2027-01-31T00:00:00Z",
        rotateEvery=90,
        enforce=True,
        keep={"versions": 3, "days": 0},
    )

    assert answer == {
        "name": "A",
        "version": 1,
        "note": "of the shop's account",
        "expiresAt": "2027-01-31T00:00:00.000Z",
        "rotateEvery": 90,
        "enforce": True,
        "keep": {"versions": 3, "days": 0},
        "due": "2027-01-31T00:00:00.000Z",
        "why": "expires",
    }
    assert house.call("GET", "/secrets/A/policy").json == answer


def test_what_is_not_sent_stays() -> None:
    """Null takes a field away, or gives it its default; a new value changes no policy."""
    house = House()
    house.put("A")
    _patch(house, "A", note="first", rotateEvery=30, enforce=True, keep={"versions": 2, "days": 7})
    house.put("A")
    kept = _patch(house, "A", keep={"days": 9})
    gone = _patch(house, "A", note=None, rotateEvery=None, enforce=None, keep=None)

    assert (kept["version"], kept["note"], kept["rotateEvery"]) == (2, "first", 30)
    assert kept["keep"] == {"versions": 2, "days": 9}
    assert gone == {"name": "A", "version": 2, "enforce": False, "keep": KEPT}


def test_nothing_of_the_value_changes() -> None:
    """Its sealed text is the same, byte for byte; the event says which fields, and no text."""
    house = House()
    house.put("A")
    before = house.ledger().list(VERSIONS.kind)
    _patch(house, "A", note="canary-note", expiresAt="2027-01-31T00:00:00Z")
    event = house.events()[0]

    assert house.ledger().list(VERSIONS.kind) == before
    assert (event["action"], event["names"]) == ("secret.policy", ["A"])
    assert event["details"] == {"changed": ["expiresAt", "note"]}
    assert "canary-note" not in str(house.events())


@pytest.mark.parametrize(
    "fields",
    [
        *({"note": text} for text in ("", "x" * 501, "two\nlines", "\x1b[31m", 7)),
        *({"expiresAt": text} for text in ("2027-01-31", "soon", 1, "2027-02-30T00:00:00Z")),
        {"expiresAt": "2027-01-31T00:00:00+02:00"},
        *({"rotateEvery": days} for days in (0, -1, 1.5, "90", 3651)),
        {"enforce": "yes"},
        *({"keep": kept} for kept in ({"versions": 0}, {"versions": 101}, {"days": 366}, 3)),
        {"keep": {"days": -1}},
        {"expires_at": None},
        {"value": "x"},
    ],
)
def test_what_is_refused(fields: Mapping[str, object]) -> None:
    """With 400, and nothing is changed."""
    house = House()
    house.put("A")
    answer = house.call("PATCH", "/secrets/A", dict(fields))

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert house.call("GET", "/secrets/A/policy").json["keep"] == KEPT
    assert house.events()[0]["action"] == "secret.bulk"


def test_no_secret_no_policy() -> None:
    """404 for a name that has no secret, also for one that was deleted."""
    house = House()
    house.put("A")
    house.call("DELETE", "/secrets/A")
    for name in ("A", "NONE"):
        assert house.call("PATCH", f"/secrets/{name}", {"note": "x"}).status == 404
        assert house.call("GET", f"/secrets/{name}/policy").status == 404


def test_due_is_sorted_and_ends_with_within() -> None:
    """Soonest first, what was due before included; two weeks unless the caller says otherwise."""
    house = House()
    house.put("PAST", "SOON", "ROTATE", "LATER", "NEVER", "GONE")
    _patch(house, "PAST", expiresAt=iso(START - DAY))
    _patch(house, "SOON", expiresAt=iso(START + 10 * DAY), rotateEvery=1000)
    _patch(house, "ROTATE", rotateEvery=5)
    _patch(house, "LATER", expiresAt=iso(START + 20 * DAY))
    _patch(house, "GONE", expiresAt=iso(START))
    house.call("DELETE", "/secrets/GONE")

    assert _due(house) == ["PAST", "ROTATE", "SOON"]
    assert _due(house, f"?within={20 * 24 * 3600}") == ["PAST", "ROTATE", "SOON", "LATER"]
    assert _due(house, "?within=0") == ["PAST"]
    assert [one["why"] for one in house.call("GET", "/due").json["due"]] == [
        *("expires", "rotate", "expires")
    ]


def test_due_in_pages() -> None:
    """A page continues where the last one ended, also among names that are due at one time."""
    house = House()
    names = [f"N{number}" for number in range(7)]
    house.put(*names)
    for name in names:
        _patch(house, name, expiresAt=iso(START))
    found: list[str] = []
    cursor = ""
    while True:
        page = house.call("GET", f"/due?limit=3{cursor}").json
        found += [one["name"] for one in page["due"]]
        if "cursor" not in page:
            break
        cursor = f"&cursor={page['cursor']}"

    assert found == names


def test_rotating_is_what_ends_a_reminder() -> None:
    """A new value is due that many days after it was written, by the clock of the ledger."""
    house = House()
    house.put("A")
    _patch(house, "A", rotateEvery=30)
    house.clock.now += 29 * DAY
    before = _due(house)
    house.put("A")
    after = _due(house)
    due = milliseconds(house.call("GET", "/secrets/A/policy").json["due"])

    assert (before, after) == (["A"], [])
    assert due == house.clock.now + 30 * DAY


@pytest.mark.parametrize("query", ["?within=-1", "?within=x", "?within=1e3", "?cursor=garbage"])
def test_a_question_that_makes_no_sense(query: str) -> None:
    assert House().call("GET", f"/due{query}").status == 400


def test_expired_and_enforced_is_refused() -> None:
    """409 says when it expired; before that, and without `enforce`, it exists."""
    house = House()
    house.put("A")
    _patch(house, "A", expiresAt=iso(START + DAY), enforce=True)
    before = house.call("GET", "/secrets/A/exists").json
    house.clock.now += DAY
    refused = house.call("GET", "/secrets/A/exists")
    _patch(house, "A", enforce=False)

    assert before == house.call("GET", "/secrets/A/exists").json == {"exists": True, "opens": True}
    assert (refused.status, refused.code) == (409, "secret_expired")
    assert iso(START + DAY) in refused.json["error"]
