"""`GET /copies`: copies against the ledger, by name, without a value."""

from __future__ import annotations

from dataclasses import replace

from positronic.names import Name
from support.copied_house import CopiedHouse
from support.memory_service import House

NONE = dict.fromkeys(("lagging", "older", "foreign", "missing", "planted"), 0)


def test_all_are_the_same() -> None:
    """Counted, and nothing is listed; a second page looks for copies of no secret."""
    house = CopiedHouse()
    house.put("A", "B")
    house.publish()
    first = house.call("GET", "/copies").json
    second = house.call("GET", f"/copies?cursor={first.pop('cursor')}").json

    assert first == {"copies": [], "counts": {**NONE, "same": 2}}
    assert second == {"copies": [], "counts": {**NONE, "same": 0}}


def test_what_differs_is_named_and_reported_once() -> None:
    """By a reader; the report is the ledger's own, with the names and no value."""
    house = CopiedHouse()
    house.put("A", "B")
    house.publish()
    records = house.copies.records
    records[Name("A")] = replace(records[Name("A")], sealed=records.pop(Name("B")).sealed)
    token = house.issue("reader")
    first = house.as_token(token, "GET", "/copies").json
    house.as_token(token, "GET", "/copies")
    event, *others = house.events()

    assert first["copies"] == [
        {"name": "A", "state": "foreign"},
        {"name": "B", "state": "missing"},
    ]
    assert first["counts"] == {**NONE, "same": 0, "foreign": 1, "missing": 1}
    assert (event["action"], event["names"]) == ("copies.repair", ["A", "B"])
    assert event["actor"]["type"] == "system"
    assert "copies.repair" not in [one["action"] for one in others]


def test_planted() -> None:
    """A copy of no secret is on the last pages, whatever its name is."""
    house = CopiedHouse()
    house.put("A")
    house.publish()
    record = house.copies.records[Name("A")]
    for name in ("..", "\N{SNOWMAN}", "POSITRONIC_X", "Z"):
        house.copies.records[Name(name)] = replace(record, name=Name(name))
    found, cursor = [], ""
    while True:
        page = house.call("GET", f"/copies?limit=2{cursor}").json
        found += page["copies"]
        if "cursor" not in page:
            break
        cursor = f"&cursor={page['cursor']}"

    assert {one["state"] for one in found} == {"planted"}
    assert [one["name"] for one in found] == ["..", "POSITRONIC_X", "Z", "\N{SNOWMAN}"]


def test_a_foreign_cursor() -> None:
    """Refused."""
    answer = CopiedHouse().call("GET", "/copies?cursor=x")

    assert (answer.status, answer.code) == (400, "invalid_request")


def test_a_host_without_copies() -> None:
    """There is nothing to compare."""
    house = House()
    house.put("A")

    assert house.call("GET", "/copies").json == {"copies": [], "counts": {**NONE, "same": 0}}
