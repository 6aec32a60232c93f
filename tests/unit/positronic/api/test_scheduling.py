"""A cron that fires starts the brains that name it, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from positronic import Brain, InvalidBrain, brain
from positronic.api.scheduling import start_scheduled
from positronic.errors import StoreFailed
from positronic.names import Project
from support.memory_service import House
from support.running import run

CRON = "0 6 * * *"


def step(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "ran": True}


BRAINS = [
    brain("daily").with_schedule(CRON).step("One", step),
    brain("also daily").step("One", step).with_schedule(CRON),
    brain("hourly").with_schedule("17 * * * *").step("One", step),
    brain("never").step("One", step),
]


class Starting:
    """Starts runs over the API, as the entry point does in the run's object."""

    def __init__(self, house: House, *, fails: str = "") -> None:
        self.house = house
        self.fails = fails
        self.started: list[str] = []
        self.tokens: list[str] = []

    async def __call__(self, project: Project, token: str, body: str) -> int:
        self.tokens.append(token)
        title = json.loads(body)["identifier"]
        if title == self.fails:
            raise StoreFailed("the run's object did not answer")
        headers = {"authorization": f"Bearer {token}"}
        answer = await self.house.ask("POST", "/brains/runs", json.loads(body), headers=headers)
        self.started.append(title)
        return answer.status


def fire(house: House, cron: str, *, fails: str = "") -> Starting:
    starting = Starting(house, fails=fails)
    run(start_scheduled(house.service, cron, starting))
    return starting


def test_brains_that_name_the_cron_start() -> None:
    """Each one once, by the schedule's own token, which is good for nothing afterwards."""
    house = House(brains=BRAINS)

    starting = fire(house, CRON)

    assert starting.started == ["also daily", "daily"]
    events = house.call("GET", "/audit").json["events"]
    told = [(one["action"], one["actor"]["name"]) for one in reversed(events)]
    assert told == 2 * [
        ("token.create", "schedule"),
        ("brain.run", "schedule"),
        ("token.revoke", "schedule"),
    ]
    made = [one["details"] for one in events if one["action"] == "token.create"]
    assert {one["role"] for one in made} == {"runner"}, "it may do more than start a run"
    assert house.call("GET", "/tokens").json["tokens"] == []
    late = {"authorization": f"Bearer {starting.tokens[0]}"}
    assert house.call("GET", "/brains", headers=late).status == 401


@pytest.mark.parametrize("cron", ["", "None", "* * * * *", "0 6 * * * "])
def test_another_cron_starts_nothing(cron: str) -> None:
    """Nor leaves an event."""
    house = House(brains=BRAINS)

    assert fire(house, cron).started == []
    assert house.call("GET", "/audit").json["events"] == []


def test_one_that_cannot_be_started_does_not_stop_the_others() -> None:
    """The operator's log says which, and why."""
    house = House(brains=BRAINS)

    starting = fire(house, CRON, fails="also daily")

    assert starting.started == ["daily"]
    assert house.reported[:1] == [
        "schedule: 'also daily': store_failed: the run's object did not answer"
    ]
    assert house.call("GET", "/tokens").json["tokens"] == []


@pytest.mark.parametrize("cron", ["", "daily", "0 6 * *", "0 6 * * * *", "0  6 * * *", 6, None])
def test_what_is_no_schedule(cron: Any) -> None:  # noqa: ANN401 - of any type
    """Five fields with a space between; what they mean is Cloudflare's."""
    with pytest.raises(InvalidBrain, match="a schedule is written as"):
        brain("b").with_schedule(cron)


def test_steps_keep_the_schedule() -> None:
    built: Brain = brain("b").with_schedule("*/5 8-18 * JAN MON#1").step("One", step)

    assert built.schedule == "*/5 8-18 * JAN MON#1"
