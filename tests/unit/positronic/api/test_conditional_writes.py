"""If-Match and If-None-Match: an update is lost to nobody (RFC 9110 section 13.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from support.memory_service import House

NEW = {"if-none-match": "*"}


def _create(
    house: House, headers: Mapping[str, str], name: str = "A", **more: object
) -> tuple[int, dict[str, Any]]:
    body = {"name": name, "value": "value", **more}
    answer = house.call("POST", "/secrets", body, headers=headers)
    return answer.status, dict(answer.json)


def test_only_a_new_secret() -> None:
    """The second is refused with the version that is there, and writes nothing."""
    house = House()
    first, _ = _create(house, NEW)
    second, refusal = _create(house, NEW)

    assert (first, second) == (201, 412)
    assert (refusal["code"], refusal["currentVersion"]) == ("version_mismatch", 1)
    assert house.call("GET", "/secrets/A/versions").json["count"] == 1


def test_only_that_version() -> None:
    """Also for a rollback; the number stands in quotes, as an entity tag does."""
    house = House()
    house.put("A")
    made, answer = _create(house, {"if-match": '"1"'})
    late, refusal = _create(house, {"if-match": '"1"'})
    back = house.call("POST", "/secrets/A/rollback", {"to": 1}, headers={"if-match": '"1"'})

    assert (made, answer["version"]) == (201, 2)
    assert (late, refusal["currentVersion"]) == (412, 2)
    assert (back.status, back.json["currentVersion"]) == (412, 2)


@pytest.mark.parametrize("more", ["", "destroy=true&"])
def test_only_that_version_is_deleted(more: str) -> None:
    """Or destroyed; in a header or in the query, and never a newer one that nobody has seen."""
    house = House()
    house.put("A")
    house.put("A")
    refused = [
        house.call("DELETE", f"/secrets/A?{more}", headers={"if-match": '"1"'}),
        house.call("DELETE", f"/secrets/A?{more}ifVersion=1"),
        house.call("DELETE", f"/secrets?name=A&{more}ifVersion=1"),
    ]
    wrong = house.call("DELETE", f"/secrets/A?{more}ifVersion=1", headers={"if-match": '"2"'})

    assert [(one.status, one.json["currentVersion"]) for one in refused] == [(412, 2)] * 3
    assert wrong.status == 400
    assert house.call("DELETE", f"/secrets/A?{more}ifVersion=2").status == 204
    assert house.call("DELETE", f"/secrets/A?{more}ifVersion=2").status in (404, 412)


def test_null_is_no_version() -> None:
    """A version that a caller forgot to fill in must not write over whatever is there."""
    house = House()
    house.put("A")
    bulk = {"secrets": [{"name": "A", "value": "v", "ifVersion": None}]}
    answers = [
        house.call("POST", "/secrets", {"name": "A", "value": "v", "ifVersion": None}),
        house.call("POST", "/secrets/bulk", bulk),
        house.call("POST", "/secrets/A/rollback", {"to": 1, "ifVersion": None}),
    ]

    assert [one.status for one in answers] == [400] * 3
    assert house.call("GET", "/secrets/A/versions").json["count"] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"if-match": "1"},
        {"if-match": "*"},
        {"if-match": 'W/"1"'},
        {"if-match": '"1", "2"'},
        {"if-none-match": '"1"'},
        {"if-match": '"1"', "if-none-match": "*"},
    ],
    ids=str,
)
def test_what_says_no_version_is_refused(headers: dict[str, str]) -> None:
    house = House()
    status, refusal = _create(house, headers)

    assert (status, refusal["code"]) == (400, "invalid_request")
    assert house.call("GET", "/secrets").json["secrets"] == []


def test_the_body_may_say_the_same() -> None:
    """But not something else."""
    house = House()
    same, _ = _create(house, NEW, ifVersion=0)
    other, refusal = _create(house, {"if-match": '"1"'}, ifVersion=2)

    assert (same, other, refusal["code"]) == (201, 400, "invalid_request")


def test_other_changes_refuse_them() -> None:
    """Rather than make a change whose condition was not looked at."""
    house = House()
    house.put("A")
    refused = house.call("PATCH", "/secrets/A", {"note": "n"}, headers={"if-match": '"7"'})

    assert refused.status == 400
    assert "note" not in house.call("GET", "/secrets/A/policy").json
