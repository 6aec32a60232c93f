"""Rotation while something else happens: breaks, writes, reads, and a log that fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from positronic.errors import RateLimited, StoreFailed
from support.faults import FaultyAudit, FaultyRecords, LaggingRecords, LaggingTokens
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
from support.running import run


@pytest.mark.parametrize("spare", [0, 1, 25, 49])
def test_interrupted_in_the_middle_and_resumed(spare: int) -> None:
    """A step that breaks off after some writes is finished by the next ones; nothing is lost."""
    house = filled(70)
    before = opened(house)
    records = FaultyRecords(house.records(), StoreFailed("the store failed"))
    records.failing_names = {f"N{spare:04}"}
    broken = step(rotated_house(house, records=lambda _: records))
    half = {each.metadata.key_id for each in stored(house).values()}
    rotated = rotated_house(house)
    rotated.clock.now += 1000
    values_between = opened(rotated)
    to_the_end(rotated)

    assert (broken.status, broken.code) == (502, "store_failed")
    assert len(records.puts) == spare
    assert half == ({"key-1"} if spare == 0 else {"key-1", "key-2"})
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
    last = House(settings=settings, storage=house.storage)
    to_the_end(last)
    alone = House(settings=replace(SETTINGS, master_keys=third), storage=house.storage)

    assert opened(alone) == before
    assert {each.metadata.key_id for each in stored(house).values()} == {"key-3"}


@pytest.mark.parametrize("error", [StoreFailed("no"), RateLimited("slow down")])
def test_audit_fails_closed(error: Exception) -> None:
    """What cannot be recorded is not re-sealed."""
    house = filled(3)
    house.issue()
    before = stored(house), tokens_of(house)
    log = FaultyAudit(house.audit_log(), working=0, error=error)
    answer = step(rotated_house(house, audit_log=lambda _: log))

    assert (answer.status, answer.code) == (503, "audit_unavailable")
    assert (stored(house), tokens_of(house)) == before


def test_a_step_is_an_event_that_names_what_it_touched() -> None:
    """Secrets by name and tokens by id, recorded before the first of them is written."""
    house = filled(2)
    house.issue()
    (token,) = tokens_of(house)
    rotated = rotated_house(house)
    rotated.clock.now += 10_000
    step(rotated)
    event = rotated.events()[0]

    assert (event["action"], event["outcome"]) == ("keys.rotate", "accepted")
    assert event["names"] == ["N0000", "N0001", f"token {token.id}"]


def test_reads_go_on_between_steps() -> None:
    """Half way through, every secret exists and is listed, under either key."""
    house = filled(70)
    rotated = rotated_house(house)
    step(rotated)

    assert len(rotated.names()) == 70
    for name in ("N0000", "N0069"):
        assert rotated.call("GET", f"/secrets/{name}/exists").json == {"exists": True}
    keys = {each["id"]: each["secrets"] for each in rotated.call("GET", "/keys").json["keys"]}
    assert keys == {"key-1": 20, "key-2": 50}


def test_a_store_that_lags_behind_undoes_nothing() -> None:
    """What was deleted, revoked or updated stays so after a step that still sees the old state."""
    house = filled(3)
    token = house.call("POST", "/tokens", {"name": "ci", "role": "admin"}).json
    records, tokens = LaggingRecords(house.records()), LaggingTokens(house.tokens())
    rotated = rotated_house(house, records=lambda _: records, tokens=lambda _: tokens)
    rotated.clock.now += 10_000
    run(records.lag())
    run(tokens.lag())
    rotated.call("DELETE", "/secrets/N0000")
    rotated.call("DELETE", f"/tokens/{token['id']}")
    rotated.call("POST", "/secrets", {"name": "N0001", "value": "newer"})
    during = step(rotated).json
    values = opened(rotated_house(house))

    assert (during["resealed"], during["remaining"]) == (1, 1)  # N0002; N0001 waits
    assert set(values) == {"N0001", "N0002"}
    assert values["N0001"] == "newer"
    assert tokens_of(house) == []


def test_a_record_of_exactly_the_noted_version_is_renewed() -> None:
    """What was written a moment ago, and is shown as it was written, waits for no later step."""
    house = House()
    for _ in range(3):
        house.put("A")
        house.clock.now += 1000
    house.service = replace(house.service, settings=ROTATED)  # the journal stays

    assert step(house).json == {"resealed": 1, "remaining": 0}
    assert opened(house) == {"A": "value of A"}
