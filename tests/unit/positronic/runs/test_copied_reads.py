"""A run reads the copy while the ledger cannot be reached: marked, and settled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from positronic import BrainSecrets, brain
from positronic.names import Name
from support.copied_house import CopiedHouse
from support.rows import events

State = dict[str, Any]


async def read(state: State, secrets: BrainSecrets) -> State:
    found = await secrets.get_many(["KEY", "OTHER"])
    return {**state, "lengths": [len(value) for value in found.values()]}


async def with_default(state: State, secrets: BrainSecrets) -> State:
    return {"found": await secrets.get("NONE", "a default")}


READER = brain("reader").step("Read", read).step("Again", read)
DEFAULT = brain("default").step("Read", with_default)


def house_down(fallback: str = "on") -> CopiedHouse:
    """KEY and OTHER are copied; the ledger is out of reach for runs."""
    house = CopiedHouse([READER, DEFAULT], fallback)
    house.put("KEY", "OTHER")
    house.publish()
    house.reach.is_down = True
    return house


def start(house: CopiedHouse, title: str = "reader") -> str:
    answer = house.call("POST", "/brains/runs", {"identifier": title})
    return str(answer.json["brainRunId"])


def look(house: CopiedHouse, run_id: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = house.call("GET", f"/brains/runs/{run_id}").json
    return found


def watched(house: CopiedHouse, run_id: str) -> str:
    return house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()


def reads(house: CopiedHouse) -> list[dict[str, Any]]:
    return [event for event in house.events() if event["action"] == "brain.read"]


def test_the_copy_is_read_and_the_run_says_so() -> None:
    """Its events and what is shown of it name each version that came from a copy."""
    house = house_down()
    run_id = start(house)
    found, told = look(house, run_id), watched(house, run_id)

    assert found["status"] == "complete"
    assert found["state"]["lengths"] == [len("value of KEY"), len("value of OTHER")]
    assert found["fromCopy"] == {"KEY": 1, "OTHER": 1}
    assert '"fromCopy":{"KEY":1,"OTHER":1}' in told
    assert "value of" not in told


def test_it_is_settled_once_when_the_ledger_is_back() -> None:
    """The event says that it was a copy, which version and when; a lost answer changes nothing."""
    house = house_down()
    run_id = start(house)
    look(house, run_id)
    assert reads(house) == [], "the ledger was out of reach"
    house.clock.now += 5000
    house.reach.is_down, house.reach.loses_answers = False, True
    look(house, run_id)
    house.reach.loses_answers = False
    look(house, run_id)
    look(house, run_id)
    (event,) = reads(house)

    assert event["names"] == ["KEY", "OTHER"]
    assert event["actor"] == {"type": "brain", "id": run_id, "name": "reader"}
    assert event["integrity"] == "intact"
    assert events(house.ledger())[0].details == {
        "from": "copy",
        "readAt": house.clock.now - 5000,
        "versions": {"KEY": 1, "OTHER": 1},
    }


def test_a_run_that_reads_from_the_ledger_says_nothing_of_copies() -> None:
    """Also when there are some."""
    house = house_down()
    house.reach.is_down = False
    run_id = start(house)

    assert "fromCopy" not in look(house, run_id)
    assert "fromCopy" not in watched(house, run_id)
    assert [event["names"] for event in reads(house)] == [["KEY", "OTHER"]]


def test_off_forbids_it() -> None:
    """The step fails with a sentence that says why."""
    house = house_down("off")
    found = look(house, start(house))

    assert found["status"] == "error"
    assert found["error"]["message"].startswith("the project's ledger did not answer")
    assert "FALLBACK" in found["error"]["message"]


@pytest.mark.parametrize("text", ["", "ON", "yes", "0"])
def test_another_text_is_no_setting(text: str) -> None:
    """The Worker says that it is not configured, and names the setting."""
    answer = CopiedHouse(fallback=text).call("GET", "/status")

    assert (answer.status, answer.code) == (503, "not_configured")
    assert "FALLBACK" in answer.json["error"]


def test_a_missing_copy_is_not_a_missing_secret() -> None:
    """Nobody knows whether there is such a secret: no default, and no `there is no secret`."""
    house = house_down()
    found = look(house, start(house, "default"))

    assert found["status"] == "error"
    assert "did not answer, and there is no copy of NONE" in found["error"]["message"]


@pytest.mark.parametrize("what", ["cut", "moved", "redated"])
def test_a_copy_that_somebody_changed_is_not_read(what: str) -> None:
    """It does not open."""
    house = house_down()
    key, other = (house.copies.records[Name(name)] for name in ("KEY", "OTHER"))
    dates = key.metadata._replace(updated_at=key.metadata.updated_at + 1)
    house.copies.records[Name("KEY")] = {
        "cut": replace(key, sealed=key.sealed[:-2]),
        "moved": replace(key, sealed=other.sealed),
        "redated": replace(key, metadata=dates),
    }[what]
    found = look(house, start(house))

    assert found["status"] == "error"
    assert "KEY cannot be opened" in found["error"]["message"]
    assert "fromCopy" not in found


def test_it_is_kept_before_the_value_is_handed_out() -> None:
    """What the run's own store cannot keep is not read."""
    seen: list[object] = []

    async def look_inside(state: State, secrets: BrainSecrets) -> State:
        await secrets.get("KEY")
        (run,) = house.service.runtime.runs._runs.values()  # type: ignore[attr-defined]
        seen.append(run.event_log.record.copied[0].versions)
        return state

    house = CopiedHouse([brain("inside").step("Look", look_inside)])
    house.put("KEY")
    house.publish()
    house.reach.is_down = True
    start(house, "inside")

    assert seen == [{"KEY": 1}]


def test_a_rerun_puts_values_back_from_the_ledger_alone() -> None:
    """It starts with an event in the ledger, so it does not start without it."""
    keeps = brain("keeps").step("Keep", keep).step("Then", lambda state: state)
    house = CopiedHouse([keeps])
    house.put("KEY")
    house.publish()
    run_id = start(house, "keeps")
    house.reach.is_down = True
    again = house.call("POST", "/brains/runs/rerun", {"runId": run_id, "startsAt": 2})

    assert (again.status, again.code) == (502, "store_failed")


async def keep(state: State, secrets: BrainSecrets) -> State:
    return {"kept": await secrets.get("KEY")}
