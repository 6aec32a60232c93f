"""The events of a run: Positronic's names, fields and order."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from positronic import Brain, brain
from positronic.testing import Ran, run_brain_sync

State = dict[str, Any]


def fail(state: State) -> State:
    raise ValueError("Inner brain error")


def double(state: State) -> State:
    return {**state, "value": state["value"] * 2}


INNER: Final = brain("Inner Brain").step("Double value", double)
OUTER: Final = (
    brain({"title": "Outer Brain", "description": "one in another"})
    .step("Set prefix", lambda: {"prefix": "test-"})
    .brain(
        "Run inner brain",
        INNER,
        lambda state, inner: {**state, "inner": inner},
        lambda state: {"value": len(state["prefix"])},
    )
)
BROKEN: Final = (
    brain("Outer Brain")
    .step("First step", lambda: {"step": "first"})
    .brain("Run inner brain", brain("Inner").step("Throw", fail), lambda state, inner: state)
    .step("Never reached", lambda state: state)
)


def outline(ran: Ran) -> list[str]:
    """A word or two for each event."""
    return [_word(event) for event in ran.events]


def _word(event: State) -> str:
    kind = event["type"]
    if kind == "step:status":
        return "status " + " ".join(step["status"] for step in event["steps"])
    return f"{kind} {event.get('stepTitle') or event['brainTitle']}"


def test_the_order_of_one_brain() -> None:
    """Start, steps' standing, and for each step start, standing, complete, standing."""
    two = brain("two").step("One", lambda: {"a": 1}).step("Two", lambda state: state)

    assert outline(run_brain_sync(two)) == [
        "brain:start two",
        "status pending pending",
        "step:start One",
        "status running pending",
        "step:complete One",
        "status complete pending",
        "step:start Two",
        "status complete running",
        "step:complete Two",
        "status complete complete",
        "brain:complete two",
    ]


def test_the_order_with_a_brain_inside() -> None:
    """The inner brain tells all of its own events between the outer step's start and end."""
    ran = run_brain_sync(OUTER)

    assert outline(ran) == [
        "brain:start Outer Brain",
        "status pending pending",
        "step:start Set prefix",
        "status running pending",
        "step:complete Set prefix",
        "status complete pending",
        "step:start Run inner brain",
        "status complete running",
        "brain:start Inner Brain",
        "status pending",
        "step:start Double value",
        "status running",
        "step:complete Double value",
        "status complete",
        "brain:complete Inner Brain",
        "step:complete Run inner brain",
        "status complete complete",
        "brain:complete Outer Brain",
    ]
    assert ran.state == {"prefix": "test-", "inner": {"value": 10}}
    assert {event["brainRunId"] for event in ran.events} == {"run-1"}


def test_the_order_of_a_failure_inside() -> None:
    """brain:error and the steps' standing, of the inner brain and then of the outer one."""
    ran = run_brain_sync(BROKEN)

    assert outline(ran)[8:] == [
        "brain:start Inner",
        "status pending",
        "step:start Throw",
        "status running",
        "brain:error Inner",
        "status error",
        "brain:error Outer Brain",
        "status complete error pending",
    ]
    assert ran.status == "error"
    assert ran.events[12]["error"] == ran.events[14]["error"] == ran.error


def test_the_fields_of_each_event() -> None:
    """Exactly Positronic's, and `redaction` with the start."""
    fields = {event["type"]: sorted(event) for event in run_brain_sync(OUTER).events[:8]}
    broken = {event["type"]: sorted(event) for event in run_brain_sync(BROKEN).events}
    base = ["brainRunId", "options", "type"]
    title = ["brainDescription", "brainTitle", "status"]
    step = ["status", "stepId", "stepTitle"]

    assert fields == {
        "brain:start": sorted([*base, *title, "initialState", "redaction"]),
        "step:status": sorted([*base, "steps"]),
        "step:start": sorted([*base, *step, "stepIndex"]),
        "step:complete": sorted([*base, *step, "patch"]),
    }
    assert broken["brain:error"] == sorted([*base, *title[1:], "error"])
    assert sorted(run_brain_sync(OUTER).events[-1]) == sorted([*base, *title])


def test_the_events_themselves() -> None:
    """One run, word for word."""
    one = (
        brain("one").with_options({"n": 2}).step("Add", lambda state, options: {**state, **options})
    )
    base = {"options": {"n": 2}, "brainRunId": "run-1"}
    step = {"stepTitle": "Add", "stepId": "1"}

    def standing(status: str) -> State:
        return {
            "type": "step:status",
            "steps": [{"id": "1", "title": "Add", "status": status}],
            **base,
        }

    assert run_brain_sync(one, initial_state={"a/b": 1}).events == [
        {
            "type": "brain:start",
            "status": "running",
            "brainTitle": "one",
            "initialState": {"a/b": 1},
            "redaction": {"wholeOnlyBelow": 6},
            **base,
        },
        standing("pending"),
        {"type": "step:start", "status": "running", **step, "stepIndex": 0, **base},
        standing("running"),
        {
            "type": "step:complete",
            "status": "running",
            **step,
            **base,
            "patch": [{"op": "add", "path": "/n", "value": 2}],
        },
        standing("complete"),
        {"type": "brain:complete", "status": "complete", "brainTitle": "one", **base},
    ]


def test_an_error_has_name_message_and_stack() -> None:
    """The stack shows the step's own code, no frame of ours and no local variable."""
    error = run_brain_sync(BROKEN).error or {}

    assert error["name"] == "ValueError"
    assert error["message"] == "Inner brain error"
    assert error["stack"].startswith("Traceback (most recent call last):\n")
    assert error["stack"].count("File ") == 1
    assert "in fail\n" in error["stack"]
    assert error["stack"].endswith("ValueError: Inner brain error\n")


def test_a_patch_says_what_changed() -> None:
    """RFC 6902: a key escaped, an entry added, moved on or removed, 1 told from true."""
    change = brain("change").step(
        "Change", lambda: {"kept": [1, 2, 3], "a~/b": True, "list": [1, 9, 2]}
    )
    ran = run_brain_sync(
        change, initial_state={"kept": [1, 2, 3], "a~/b": 1, "list": [1, 2], "gone": None}
    )
    patch = next(event["patch"] for event in ran.events if "patch" in event)

    assert sorted(patch, key=lambda one: str(one["path"])) == [
        {"op": "replace", "path": "/a~0~1b", "value": True},
        {"op": "remove", "path": "/gone"},
        {"op": "add", "path": "/list/1", "value": 9},
    ]


LARGE: Final = {f"key-{number:05}": [number] * 5 for number in range(3000)}


def test_a_patch_is_never_much_larger_than_the_state() -> None:
    """Where nearly all of a state changes, it is told whole."""
    renamed = brain("large").step("Rename", lambda state: {f"x{key}": state[key] for key in state})
    ran = run_brain_sync(renamed, initial_state=LARGE)
    patch = next(event["patch"] for event in ran.events if "patch" in event)

    assert [(one["op"], one["path"]) for one in patch] == [("replace", "")]
    assert ran.state == {f"x{key}": value for key, value in LARGE.items()}


def returning(result: object) -> Brain:
    return brain("returns").step("Return it", lambda: result)


def _cycle() -> State:
    state: State = {}
    state["inside"] = [state]
    return state


def _shared(levels: int) -> State:
    state: State = {}
    for _ in range(levels):
        state = {"left": state, "right": state}
    return state


def _shared_lists(levels: int) -> State:
    items: list[Any] = []
    for _ in range(levels):
        items = [items, items]
    return {"": items}


def _deep(levels: int) -> State:
    state: State = {}
    for _ in range(levels):
        state = {"x": state}
    return state


class Liar(dict[str, Any]):
    """A dict that says something else each time."""

    def items(self) -> Any:  # noqa: ANN401
        raise OSError("not today")


NOT_STATES: Final[dict[str, tuple[object, str]]] = {
    "nothing": (None, "is a NoneType, not a JSON object"),
    "a list": ([{}], "is a list, not a JSON object"),
    "a text": ("{}", "is a str, not a JSON object"),
    "NaN": ({"x": float("nan")}, "holds NaN or an infinite number"),
    "infinity": ({"x": [float("inf")]}, "holds NaN or an infinite number"),
    "a key that is a number": ({1: 2}, "has a key that is an int"),
    "a tuple": ({"x": (1, 2)}, "holds a tuple"),
    "bytes": ({"x": b"y"}, "holds a bytes"),
    "a set": ({"x": {1}}, "holds a set"),
    "an object": ({"x": object()}, "holds an object"),
    "a surrogate": ({"x": "\ud800"}, "holds text that UTF-8 cannot carry"),
    "a very long integer": ({"x": 10**5000}, "holds an integer that is too long"),
    "a cycle": (_cycle(), "nests deeper than 100 levels, or holds itself"),
    "great depth": (_deep(100_000), "nests deeper than 100 levels"),
    "an explosion": (_shared(90), "is larger than 1,048,576 characters"),
    "an explosion of nothing": (_shared_lists(90), "is larger than 1,048,576 characters"),
    "too much": ({"x": "y" * 1_100_000}, "is larger than 1,048,576 characters"),
}


@pytest.mark.parametrize("case", NOT_STATES)
def test_what_is_no_state_fails_the_step(case: str) -> None:
    """A result that is no JSON object is an error that names the step."""
    result, message = NOT_STATES[case]
    error = run_brain_sync(returning(result)).error or {}

    assert error["name"] == "StepFailed"
    assert error["message"].startswith(f"step 'Return it': what it returned {message}")


def test_what_lies_about_itself_fails_the_step() -> None:
    """An object that breaks while it is looked at fails its step, not the runner."""
    assert run_brain_sync(returning(Liar(a=1))).status == "error"


def test_deep_and_odd_states_that_are_json_pass() -> None:
    """100 levels, shared parts, empty things, every kind of number."""
    part: list[Any] = []
    state = {"deep": _deep(97), "one": part, "two": part, "n": [0, -0.5, 2**64, 1e300], "": ""}
    ran = run_brain_sync(returning(state))

    assert ran.status == "complete"
    assert ran.state == state


def test_a_large_event_fails_the_step() -> None:
    """What would not fit into storage is a clear error, and the run ends as any failed one."""
    ran = run_brain_sync(returning({"x": "€" * 300_000}))

    assert (ran.error or {})["message"] == (
        "step 'Return it': the event is larger than 1,048,576 characters of JSON"
    )
    assert max(len(json.dumps(event)) for event in ran.events) < 2**20


def test_no_step_changes_history() -> None:
    """A step works on a copy; what it keeps of a state, in or out, leads nowhere."""
    kept: list[State] = []

    def first(state: State) -> State:
        kept.append(state)
        state["own"]["x"] = "changed by the step"
        result: State = {"own": {"x": 1}}
        kept.append(result)
        return result

    def second(state: State, options: State) -> State:
        kept[0]["own"]["x"] = kept[1]["own"]["x"] = "changed later"
        options["list"].append(2)
        return state

    def third(options: State, state: State) -> State:
        return {**state, "seen": options["list"]}

    built = brain("history").with_options({"list": [1]})
    built = built.step("1", first).step("2", second).step("3", third)
    initial: State = {"own": {"x": 0}}
    ran = run_brain_sync(built, initial_state=initial)

    assert initial == ran.events[0]["initialState"] == {"own": {"x": 0}}
    assert ran.state == {"own": {"x": 1}, "seen": [1]}
