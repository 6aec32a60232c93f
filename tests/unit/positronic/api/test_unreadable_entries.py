"""Entries that somebody else put into the ledger, over the API: in nobody's way."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from positronic.ledger.project_rows import DIRECTORY
from positronic.ledger.secret_rows import STATES
from positronic.names import Project
from support.memory_service import House
from support.rotating import rotated_house
from support.rows import keep_token, plant_project, plant_secret, tokens

BAD = ["a b", "1A", "x/y", "..", ".", "", "\0\n\x1b[31m", "POSITRONIC_X", "\u00e9", "N" * 400]


def path(name: str) -> str:
    """As px addresses it."""
    in_query = name in ("", ".", "..")
    return f"/secrets?name={name}" if in_query else f"/secrets/{quote(name, safe='')}"


@pytest.mark.parametrize("name", BAD)
def test_what_is_listed_is_deleted(name: str) -> None:
    """Under the name that the list shows; the event says which; a second time there is nothing."""
    house = House()
    house.put("A")
    plant_secret(house.ledger(), name)
    listed = house.call("GET", "/secrets").json
    answers = [house.call("DELETE", path(name)).status for _ in range(2)]

    assert {"name": name, "unreadable": True} in listed["secrets"]
    assert listed["count"] == 2
    assert answers[0] == 204
    assert answers[1] in (400, 403, 404)
    assert house.names() == ["A"]
    assert house.events()[0]["names"] == [name]
    assert house.events()[0]["integrity"] == "intact"


def test_a_deletion_stays_in_its_project() -> None:
    """However its name is spelled, and whoever names another project."""
    house = House()
    other = Project("other")
    for name in ("A", "a b"):
        plant_secret(house.ledger(other), name)
    writer = house.issue("writer")
    for name in ("../../other/secret/A", "..%2F..%2Fother%2Fsecret%2FA", "other/secret/A", "a b"):
        assert house.as_token(writer, "DELETE", path(name)).status == 400, name

    assert house.ledger(other).count(STATES.kind) == 2


def test_a_reader_deletes_nothing() -> None:
    """As before."""
    house = House()
    plant_secret(house.ledger(), "a b")

    assert house.as_token(house.issue("reader"), "DELETE", path("a b")).status == 403


def test_an_unreadable_entry_keeps_its_key_and_stops_no_rotation() -> None:
    """The others are re-sealed; it is listed as failed, until it is deleted."""
    house = House()
    house.put("A", "B")
    plant_secret(house.ledger(), "a b")
    rotated = rotated_house(house)
    step = rotated.call("POST", "/keys/rotate").json

    assert (step["resealed"], step["remaining"]) == (3, 1)  # and the audit key
    assert [(one["name"], one["code"]) for one in step["failed"]] == [("a b", "corrupt_record")]
    assert rotated.call("DELETE", path("a b")).status == 204
    assert rotated.call("POST", "/keys/rotate").json == {
        "resealed": 0,
        "remaining": 0,
        "newest": "key-2",
    }


def test_a_bad_project_is_listed_as_unreadable() -> None:
    """Beside the others."""
    house = House()
    house.put("A")
    plant_project(house.ledger(DIRECTORY), Project("No Project"))

    assert house.call("GET", "/projects").json["projects"] == [
        {"name": "No Project", "unreadable": True},
        {"name": "shop"},
    ]


@pytest.mark.parametrize("token_id", BAD)
def test_an_unreadable_token_is_listed_and_revoked(token_id: str) -> None:
    """Under the id that the list shows."""
    house = House()
    house.issue()
    (item,) = tokens(house.ledger())
    keep_token(house.ledger(), replace(item, id=token_id))
    listed = house.call("GET", "/tokens").json["tokens"]
    address = path(token_id).replace("secrets", "tokens").replace("name=", "id=")

    assert {"id": token_id, "unreadable": True} in listed
    assert house.call("DELETE", address).status == 204
    assert tokens(house.ledger()) == [item]
