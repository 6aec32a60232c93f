"""The calls about brains and their runs, on stores in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from positronic.brains import BrainSecrets, InvalidBrain, brain
from support.memory_service import SETTINGS, Answer, House

State = dict[str, Any]

VALUE = "value of KEY"  # as House.put stores it


def count(state: State) -> State:
    return {**state, "count": state.get("count", 0) + 1}


async def read(state: State, secrets: BrainSecrets) -> State:
    return {**state, "leak": await secrets.get("KEY")}


def fail(state: State) -> State:
    raise ValueError(f"not {state['count']}")


COUNTER = brain({"title": "counter", "description": "counts"}).step("One", count).step("Two", count)
READER = brain("a reader/é").step("Read", read).step("Count", count)
FAILING = brain("failing").step("One", count).step("Fail", fail).step("Three", count)
NESTED = brain("nested").step("One", count).brain("Inside", COUNTER, lambda state, _: state)


@pytest.fixture
def house() -> House:
    house = House(brains=[COUNTER, READER, FAILING, NESTED])
    house.put("KEY")
    return house


def start(house: House, title: str, **more: object) -> str:
    answer = house.call("POST", "/brains/runs", {"identifier": title, **more})
    assert answer.status == 201, answer.body
    return str(answer.json["brainRunId"])


def look(house: House, run_id: str) -> Any:  # noqa: ANN401 - what a test reads
    answer = house.call("GET", f"/brains/runs/{run_id}")
    assert answer.status == 200, answer.body
    return answer.json


def watch(house: House, run_id: str, last: str | None = None) -> list[tuple[int, Any]]:
    """Each event's id and the event."""
    headers: Mapping[str, str | None] = {"last-event-id": last}
    answer = house.call("GET", f"/brains/runs/{run_id}/watch", headers=headers)
    assert answer.status == 200
    return parsed(answer)


def parsed(answer: Answer) -> list[tuple[int, Any]]:
    blocks = [block.split("\n") for block in answer.body.decode().split("\n\n") if block]
    return [
        (int(id_.removeprefix("id: ")), json.loads(data.removeprefix("data: ")))
        for id_, data in blocks
    ]


def test_list(house: House) -> None:
    """Brains are listed by title, with the number of their steps."""
    answer = house.call("GET", "/brains")

    assert answer.json == {
        "brains": [
            {"title": "a reader/é", "steps": 2},
            {"title": "counter", "description": "counts", "steps": 2},
            {"title": "failing", "steps": 3},
            {"title": "nested", "steps": 2},
        ],
        "count": 4,
    }


def test_structure(house: House) -> None:
    """A brain shows its steps, and those of a brain inside."""
    answer = house.call("GET", "/brains/nested")

    assert answer.json["steps"][0] == {"type": "step", "title": "One"}
    assert answer.json["steps"][1]["type"] == "brain"
    assert answer.json["steps"][1]["innerBrain"]["title"] == "counter"


def test_a_title_in_the_address_is_decoded(house: House) -> None:
    """A title may hold anything that an address can carry encoded."""
    assert house.call("GET", "/brains/a%20reader%2F%C3%A9").json["title"] == "a reader/é"


def test_run(house: House) -> None:
    """A run tells its steps, its state and its dates."""
    found = look(house, start(house, "counter", initialState={"count": 4}))

    assert found["status"] == "complete"
    assert found["state"] == {"count": 6}
    assert found["steps"] == [
        {"title": "One", "status": "complete"},
        {"title": "Two", "status": "complete"},
    ]
    assert found["createdAt"] == found["completedAt"] == "2026-11-24T05:36:45.123Z"


def test_watch(house: House) -> None:
    """A watcher gets every event in order, numbered without a gap."""
    run_id = start(house, "counter")
    found = watch(house, run_id)

    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert [event["type"] for _, event in found][:2] == ["brain:start", "step:status"]
    assert found[-1][1]["type"] == "brain:complete"
    assert {event["brainRunId"] for _, event in found} == {run_id}


def test_watch_goes_on(house: House) -> None:
    """Last-Event-ID leaves out what was seen."""
    run_id = start(house, "counter")

    assert watch(house, run_id, "3") == watch(house, run_id)[3:]


def test_a_value_never_leaves(house: House) -> None:
    """What a brain returns is redacted in the state and in every event."""
    run_id = start(house, "a reader/é")
    told = house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()

    assert look(house, run_id)["state"]["leak"] == "[secret:KEY]"
    assert "[secret:KEY]" in told
    assert VALUE not in told


def test_a_value_that_the_caller_sent_is_taken_out(house: House) -> None:
    """A value that was in the initial state is redacted in the events before it was read, too."""
    run_id = start(house, "a reader/é", initialState={"sent": f"x{VALUE}x"})
    told = house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()

    assert look(house, run_id)["state"]["sent"] == "x[secret:KEY]x"
    assert VALUE not in told


def test_reads_are_one_event(house: House) -> None:
    """A run is announced before it starts, and what it read is recorded when it ends."""
    run_id = start(house, "a reader/é")
    read, started = house.events()[:2]

    assert (started["action"], started["names"]) == ("brain.run", ["a reader/é"])
    assert started["actor"]["type"] == "token"
    assert (read["action"], read["names"]) == ("brain.read", ["KEY"])
    assert read["actor"] == {"type": "brain", "id": run_id, "name": "a reader/é"}
    assert read["requestId"] == started["requestId"]
    assert read["integrity"] == "intact"


def test_a_run_that_reads_nothing(house: House) -> None:
    """There is no event about what was read when nothing was."""
    start(house, "counter")

    assert [event["action"] for event in house.events()][:1] == ["brain.run"]


def test_rerun(house: House) -> None:
    """A rerun takes over what was completed, and runs the rest."""
    first = start(house, "failing")
    assert look(house, first)["status"] == "error"
    answer = house.call("POST", "/brains/runs/rerun", {"runId": first, "startsAt": 2})
    second = answer.json["brainRunId"]
    found = look(house, second)
    taken = [event["stepTitle"] for _, event in watch(house, second) if event.get("takenOver")]

    assert (found["startsAt"], found["rerunOf"]) == (2, first)
    assert taken == ["One"]
    assert found["state"] == {"count": 1}
    assert house.events()[0]["action"] == "brain.rerun"


def test_end_after(house: House) -> None:
    """A run that was asked to end earlier is complete then."""
    found = look(house, start(house, "counter", endAfter=1))

    assert (found["status"], found["state"]) == ("complete", {"count": 1})


def test_error(house: House) -> None:
    """A failed run says what went wrong."""
    run_id = start(house, "failing")
    found = look(house, run_id)

    where, source = found["error"].pop("where"), found["error"].pop("source")
    assert found["error"] == {"name": "ValueError", "message": "not 1"}
    assert source.startswith("raise ValueError(")
    assert re.fullmatch(r"test_brains\.py, line \d+", where)
    assert house.reported == [f"run {run_id} of 'failing' failed at {where}: ValueError"]
    assert [step["status"] for step in found["steps"]] == ["complete", "error", "pending"]


@pytest.mark.parametrize(
    "sent",
    [
        {"identifier": "counter", "options": {"unknown": VALUE}},
        {"identifier": "counter", "initialState": {"deep": json.loads("[" * 120 + "]" * 120)}},
        {"identifier": "counter", "endAfter": 0},
        {"identifier": "counter", "endAfter": True},
        {"identifier": "counter", "initialState": []},
        {"identifier": "counter", VALUE: 1},
        {"options": {}},
    ],
)
def test_a_run_that_cannot_start(house: House, sent: dict[str, Any]) -> None:
    """It is refused before anything is recorded, and what was sent is not repeated."""
    before = len(house.events())
    answer = house.call("POST", "/brains/runs", sent)

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert VALUE not in answer.body.decode()
    assert len(house.events()) == before


def test_a_body_that_is_too_large(house: House) -> None:
    """What is sent stands in the first event, so there is a limit of its own."""
    sent = {"identifier": "counter", "initialState": {"x": "y" * 512 * 1024}}

    assert house.call("POST", "/brains/runs", sent).code == "too_large"


@pytest.mark.parametrize(
    ("starts_at", "more", "sentence"),
    [
        (3, {}, "the run completed 1 steps: `startsAt` is at most 2"),
        (2, {"stopsAfter": 1}, "`stopsAfter` is a step before `startsAt`"),
    ],
)
def test_a_rerun_that_cannot_be(
    house: House, starts_at: int, more: dict[str, int], sentence: str
) -> None:
    """It cannot leave out a step that was not completed, nor end before it starts."""
    run_id = start(house, "failing")
    sent = {"runId": run_id, "startsAt": starts_at, **more}
    answer = house.call("POST", "/brains/runs/rerun", sent)

    assert (answer.status, answer.json["error"]) == (400, sentence)


def test_a_rerun_of_what_is_complete(house: House) -> None:
    """It may begin anew, but not after the last step."""
    run_id = start(house, "counter")
    answers = [
        house.call("POST", "/brains/runs/rerun", {"runId": run_id, "startsAt": number})
        for number in (1, 3)
    ]

    assert [answer.status for answer in answers] == [201, 400]


def test_a_rerun_of_a_rerun(house: House) -> None:
    """What was taken over once is taken over again, and a rerun may stop early."""
    first = start(house, "counter", endAfter=1)
    sent = {"runId": first, "startsAt": 1, "stopsAfter": 1}
    second = house.call("POST", "/brains/runs/rerun", sent).json["brainRunId"]
    sent = {"runId": second, "startsAt": 2}
    third = house.call("POST", "/brains/runs/rerun", sent).json["brainRunId"]

    assert look(house, second)["state"] == {"count": 1}
    assert look(house, third)["state"] == {"count": 2}


def test_a_run_belongs_to_its_project(house: House) -> None:
    """In another project there is no such run, to look at, to watch or to run again."""
    run_id = start(house, "counter")
    other = {"x-positronic-project": "other"}
    sent = {"runId": run_id, "startsAt": 1}
    answers = [
        house.call("GET", f"/brains/runs/{run_id}", headers=other),
        house.call("GET", f"/brains/runs/{run_id}/watch", headers=other),
        house.call("POST", "/brains/runs/rerun", sent, headers=other),
    ]

    assert [answer.code for answer in answers] == ["not_found"] * 3


def test_a_project_reads_its_own_secrets(house: House) -> None:
    """A run in another project does not find what is in this one."""
    other = {"x-positronic-project": "other"}
    sent = {"identifier": "a reader/é"}
    run_id = house.call("POST", "/brains/runs", sent, headers=other).json["brainRunId"]
    found = house.call("GET", f"/brains/runs/{run_id}", headers=other).json

    del found["error"]["where"], found["error"]["source"]
    assert found["error"] == {"name": "SecretNotFound", "message": "there is no secret KEY"}


def test_a_brain_inside_is_one_step(house: House) -> None:
    """Its events are told too; for the run it is a step like another."""
    run_id = start(house, "nested")
    types = [event["type"] for _, event in watch(house, run_id)]

    assert [step["title"] for step in look(house, run_id)["steps"]] == ["One", "Inside"]
    assert (types.count("brain:start"), types.count("brain:complete")) == (2, 2)
    assert types[-1] == "brain:complete"


@pytest.mark.parametrize(
    ("title", "asked", "counts"),
    [
        ("hasty", {}, 50),
        ("hasty", {"timeLimit": 60}, 50),
        ("hasty", {"timeLimit": 20}, 20),
        ("counter", {}, 100),
        ("counter", {"timeLimit": 200}, 100),
        ("counter", {"timeLimit": 1}, 1),
    ],
)
def test_the_shortest_time_limit_counts(title: str, asked: dict[str, int], counts: int) -> None:
    """Of the run's, the brain's and the Worker's; it is shown, and listed."""
    hasty = brain("hasty").with_time_limit(50).step("One", count)
    settings = replace(SETTINGS, run_time_limit="100")
    house = House(settings=settings, brains=[COUNTER, hasty])
    run_id = start(house, title, **asked)
    (listed,) = house.call("GET", "/runs").json["runs"]

    assert look(house, run_id)["timeLimit"] == listed["timeLimit"] == counts
    assert (listed["brainRunId"], listed["status"], listed["by"]) == (run_id, "complete", "root")


@pytest.mark.parametrize("seconds", [0, -1, 604_801, 1.5, "60", True])
def test_a_brain_with_a_time_limit_that_is_none(seconds: Any) -> None:  # noqa: ANN401
    """It cannot be built."""
    with pytest.raises(InvalidBrain, match="a time limit is a number of seconds from 1 to 604800"):
        COUNTER.with_time_limit(seconds)


@pytest.mark.parametrize(
    "changed",
    [{"run_time_limit": "604801"}, {"runs_per_token": "0"}, {"watches_per_token": "many"}],
)
def test_a_limit_that_is_misconfigured(changed: dict[str, str]) -> None:
    """The Worker says which setting it is, and answers nothing else."""
    house = House(settings=replace(SETTINGS, **changed))
    refused = house.call("GET", "/runs")

    assert (refused.status, refused.code) == (503, "not_configured")
    assert refused.json["error"].startswith(next(iter(changed)).upper())
