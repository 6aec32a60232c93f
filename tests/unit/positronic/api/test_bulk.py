"""Bulk: checked whole before the first write; every fault named; nothing written."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from support.memory_service import Answer, House

CANARY: Final = "canary-4b1d"


def _entry(name: object, value: object = "v") -> dict[str, object]:
    return {"name": name, "value": value}


def _bulk(house: House, *entries: object) -> Answer:
    return house.call("POST", "/secrets/bulk", {"secrets": list(entries)})


def _places(answer: Answer) -> list[tuple[Any, Any, Any]]:
    return [
        (detail.get("index"), detail.get("name"), detail["code"])
        for detail in answer.json["details"]
    ]


def test_mixed_faults_are_all_named_by_place() -> None:
    """Each bad entry stands in `details` with its index, its name if it has one, and its code."""
    house = House()
    answer = _bulk(
        house,
        _entry("GOOD"),
        _entry(f"{CANARY}!"),
        _entry("EMPTY", ""),
        _entry("POSITRONIC_X"),
        {"name": "NO_VALUE"},
        {"name": "EXTRA", "value": "v", CANARY: CANARY},
        _entry("TYPE", [CANARY]),
        CANARY,
        None,
        _entry("NUL", f"{CANARY}\0"),
    )

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert _places(answer) == [
        (1, None, "invalid_name"),
        (2, "EMPTY", "invalid_value"),
        (3, None, "reserved_name"),
        (4, "NO_VALUE", "invalid_request"),
        (5, "EXTRA", "invalid_request"),
        (6, "TYPE", "invalid_request"),
        (7, None, "invalid_request"),
        (8, None, "invalid_request"),
        (9, "NUL", "invalid_value"),
    ]
    assert CANARY.encode() not in answer.body
    assert house.names() == []


@pytest.mark.parametrize(
    ("bad", "other", "status", "code"),
    [
        (_entry("1A"), _entry("2A"), 400, "invalid_name"),
        (_entry("POSITRONIC_X"), _entry("POSITRONIC_Y"), 403, "reserved_name"),
        (_entry("A", ""), _entry("B", ""), 400, "invalid_value"),
        ({"name": "A"}, {"name": "B"}, 400, "invalid_request"),
        (_entry("A"), _entry("A"), 400, "duplicate_name"),
    ],
)
def test_faults_of_one_kind_share_their_code(
    bad: object, other: object, status: int, code: str
) -> None:
    """When all faults are of one kind, the answer has that code."""
    house = House()
    answer = _bulk(house, bad, _entry("GOOD"), other)

    assert (answer.status, answer.code) == (status, code)
    assert [detail["index"] for detail in answer.json["details"]] == [0, 2]
    assert house.names() == []


def test_a_repeated_name_is_named_beside_other_faults() -> None:
    """One answer names every bad entry: those that repeat a name and those that are bad alone."""
    house = House()
    answer = _bulk(house, _entry("A"), _entry("B", ""), _entry("A", ""))

    assert (answer.status, answer.code) == (400, "invalid_request")
    found = [(detail["index"], detail["code"]) for detail in answer.json["details"]]
    assert sorted(found) == [
        (0, "duplicate_name"),
        (1, "invalid_value"),
        (2, "duplicate_name"),
        (2, "invalid_value"),
    ]
    assert house.names() == []


def test_one_bad_entry_of_500_stops_all() -> None:
    """Nothing is written, and no event is, when one entry is bad."""
    house = House()
    answer = _bulk(house, *[_entry(f"N{number}") for number in range(499)], _entry("1A"))

    assert _places(answer) == [(499, None, "invalid_name")]
    assert house.names() == []
    assert house.call("GET", "/audit").json["count"] == 0


def test_every_bad_entry_of_500_is_named() -> None:
    """The list of faults is not cut short."""
    answer = _bulk(House(), *[_entry(f"{number}!") for number in range(500)])

    assert [place[0] for place in _places(answer)] == list(range(500))


def test_two_faults_of_one_entry() -> None:
    """A bad name with a bad value is told twice, at one index."""
    answer = _bulk(House(), _entry("1A", ""))

    assert _places(answer) == [(0, None, "invalid_name"), (0, None, "invalid_value")]


def test_duplicates_are_all_named() -> None:
    """Each place of a name that stands twice is told; names that differ by case are two."""
    house = House()
    answer = _bulk(house, *map(_entry, ("A", "B", "a", "A", "C", "B", "A")))

    assert (answer.status, answer.code) == (400, "duplicate_name")
    assert [place[:2] for place in _places(answer)] == [
        (0, "A"),
        (1, "B"),
        (3, "A"),
        (5, "B"),
        (6, "A"),
    ]
    assert house.names() == []


def test_bulk_of_nothing() -> None:
    """No entries answers invalid_request."""
    answer = _bulk(House())

    assert (answer.status, answer.code) == (400, "invalid_request")


@pytest.mark.parametrize("count", [501, 5000])
def test_bulk_of_too_many(count: int) -> None:
    """More than 500 entries answers too_large, and nothing is written."""
    house = House()
    answer = _bulk(house, *[_entry(f"N{number}") for number in range(count)])

    assert (answer.status, answer.code) == (413, "too_large")
    assert house.names() == []


@pytest.mark.parametrize(
    "document",
    [
        *[{}, [], {"secrets": None}, {"secrets": "x"}, {"secrets": {}}, {"secrets": {"A": "v"}}],
        *[{"secrets": [_entry("A")], "extra": 1}, [_entry("A")], {"Secrets": [_entry("A")]}],
        *[{"name": "A", "value": "v"}, {"secrets": [[_entry("A")]]}],
    ],
)
def test_bulk_of_another_shape(document: object) -> None:
    """Another shape answers invalid_request."""
    answer = House().call("POST", "/secrets/bulk", document)

    assert (answer.status, answer.code) == (400, "invalid_request")


def test_the_largest_bulk_fits() -> None:
    """127 values of 65,536 bytes are one request."""
    house = House()
    answer = _bulk(house, *[_entry(f"N{number}", "x" * 65_536) for number in range(127)])

    assert answer.json == {"created": 127, "updated": 0}


def test_an_entrys_name_is_not_told_when_it_is_none() -> None:
    """A value in the place of a name stays out of the answer, also where other faults are told."""
    answer = _bulk(House(), {"name": f"sk-{CANARY}", "value": 5}, {"name": [CANARY]})

    assert CANARY.encode() not in answer.body
    assert json.loads(answer.body)["code"] == "invalid_request"
