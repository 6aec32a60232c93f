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
    refused = house.call("DELETE", "/secrets/A", headers={"if-match": '"7"'})

    assert refused.status == 400
    assert len(house.call("GET", "/secrets").json["secrets"]) == 1
