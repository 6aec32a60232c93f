"""replay(): from the stored events of a run to its state, its steps and what a rerun takes over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from positronic.brains import events
from positronic.brains.jsonable import JsonObject
from positronic.brains.patches import apply
from positronic.brains.places import Place
from positronic.brains.runner import CompletedStep

_ENDS = {
    events.COMPLETE: "complete",
    events.ERROR: "error",
    events.INTERRUPTED: "interrupted",
}


@dataclass(slots=True)
class Replay:
    """A run as its events tell it. `status`: running, complete, error or interrupted."""

    title: str = ""
    status: str = "running"
    options: JsonObject = field(default_factory=dict)
    initial_state: JsonObject = field(default_factory=dict)
    completed: list[CompletedStep] = field(default_factory=list)
    # Where the options were redacted, and the states: the initial one, and after each step.
    options_places: list[Place] = field(default_factory=list)
    state_places: list[list[Place]] = field(default_factory=list)
    steps: list[JsonObject] = field(default_factory=list)
    error: JsonObject | None = None

    @property
    def state(self) -> JsonObject:
        """After the last completed step, redacted as it is stored."""
        return self.before(len(self.completed) + 1)

    def before(self, number: int) -> JsonObject:
        """The state before step `number`, counted from 1. Raises InvalidRun for a bad patch."""
        return apply(self.initial_state, [step.patch for step in self.completed[: number - 1]])


def replay(stored: Iterable[Mapping[str, Any]], *, folded: bool = False) -> Replay:
    """Events of the brains inside are passed over: for a run, such a brain is one step.

    `folded`: patches are applied as they come and not kept, so that there is one state in memory;
    `initial_state` is then the last one.
    """
    found, depth = Replay(), 0
    for event in stored:
        kind = event["type"]
        depth += kind == events.START
        # After brain:error the steps are told once more: an inner brain's have a dot in their ids.
        # An interruption is the whole run's, wherever it met it.
        if depth <= 1 or kind == events.INTERRUPTED:
            _take(found, event)
            if folded and found.completed and found.completed[-1].patch:
                last = found.completed[-1]
                found.initial_state = apply(found.initial_state, [last.patch])
                found.completed[-1] = CompletedStep(last.title, [])
        depth -= kind in (events.COMPLETE, events.ERROR) and depth > 0
    return found


def _take(found: Replay, event: Mapping[str, Any]) -> None:
    match event["type"]:
        case events.START:
            found.title, found.options = event["brainTitle"], event["options"]
            found.initial_state = event["initialState"]
            found.options_places = _places(event, "options")
            found.state_places.append(_places(event, "initialState"))
        case events.STEP_STATUS if all("." not in step["id"] for step in event["steps"]):
            found.steps = [{k: step[k] for k in ("title", "status")} for step in event["steps"]]
        case events.STEP_COMPLETE:
            found.completed.append(CompletedStep(event["stepTitle"], event["patch"]))
            found.state_places.append(_places(event, "state"))
        case kind if kind in _ENDS:
            found.status, found.error = _ENDS[kind], event.get("error")


def _places(event: Mapping[str, Any], part: str) -> list[Place]:
    found: list[Place] = event.get(events.AT, {}).get(part, [])
    return found
