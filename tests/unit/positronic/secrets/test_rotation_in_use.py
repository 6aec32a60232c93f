"""Rotation while something else happens: failures, writes and reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from support.faults import FaultyLedger
from support.memory_service import MASTER_KEYS, SETTINGS, House
from support.rotating import (
    ROTATED,
    filled,
    opened,
    rotated_house,
    step,
    stored,
    to_the_end,
    tokens_of,
)


@pytest.mark.parametrize("spare", [0, 1])
def test_interrupted_and_resumed(spare: int) -> None:
    """A step that fails changes nothing, one that was made stays, and the next ones finish it."""
    house = filled(70)
    before = opened(house)
    ledger = FaultyLedger(house.ledger(), spare=spare)
    ledger.failing_calls = {"commit"}
    failing = rotated_house(house, lambda _: ledger)
    answers = [step(failing) for _ in range(2)]
    rotated = rotated_house(house)
    rotated.clock.now += 1000
    keys_between = Counter(each.metadata.key_id for each in stored(house).values())
    values_between = opened(rotated)
    to_the_end(rotated)

    assert [answer.status for answer in answers] == [*[200] * spare, *[502] * (2 - spare)]
    assert keys_between["key-2"] == 50 * spare
    assert values_between == opened(rotated) == before
    assert {each.metadata.key_id for each in stored(house).values()} == {"key-2"}


def test_a_write_between_steps_is_kept() -> None:
    """An update, a new secret and a deletion between two steps stand at the end."""
    house = filled(70)
    rotated = rotated_house(house)
    rotated.clock.now += 10_000
    step(rotated)
    for name in ("N0000", "N0069", "NEW"):
        rotated.call("POST", "/secrets", {"name": name, "value": f"newer {name}"})
    rotated.call("DELETE", "/secrets/N0068")
    to_the_end(rotated)
    values = opened(rotated)

    assert {name: values[name] for name in ("N0000", "N0069", "NEW")} == {
        name: f"newer {name}" for name in ("N0000", "N0069", "NEW")
    }
    assert "N0068" not in values
    assert {each.metadata.key_id for each in stored(house).values()} == {"key-2"}


def test_twice_in_a_row_without_an_end() -> None:
    """A second rotation that starts before the first has ended brings all under the third key."""
    house = filled(70)
    before = opened(house)
    step(rotated_house(house))
    third = MASTER_KEYS.replace("key-1:AAEC", "key-3:AAEE")
    settings = replace(SETTINGS, master_keys=f"{third} {ROTATED.master_keys}")
    last = House(settings=settings, ledgers=house.ledgers)
    to_the_end(last)
    alone = House(settings=replace(SETTINGS, master_keys=third), ledgers=house.ledgers)

    assert opened(alone) == before
    assert {each.metadata.key_id for each in stored(house).values()} == {"key-3"}


def test_a_step_is_an_event_that_names_what_it_touched() -> None:
    """Secrets by name and tokens by id, recorded with what is written."""
    house = filled(2)
    house.issue()
    (token,) = tokens_of(house)
    rotated = rotated_house(house)
    rotated.clock.now += 10_000
    step(rotated)
    event = rotated.events()[0]

    assert (event["action"], event["outcome"]) == ("keys.rotate", "accepted")
    assert event["names"] == ["N0000", "N0001", f"token {token.id}", "audit key"]


def test_reads_go_on_between_steps() -> None:
    """Half way through, every secret exists and is listed, under either key."""
    house = filled(70)
    rotated = rotated_house(house)
    step(rotated)

    assert len(rotated.names()) == 70
    for name in ("N0000", "N0069"):
        assert rotated.call("GET", f"/secrets/{name}/exists").json == {
            "exists": True,
            "opens": True,
        }
    keys = {each["id"]: each["secrets"] for each in rotated.call("GET", "/keys").json["keys"]}
    assert keys == {"key-1": 20, "key-2": 50}
