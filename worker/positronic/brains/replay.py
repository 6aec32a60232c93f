"""replay(): a run's state, steps and what a rerun reuses, from its stored events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from positronic import run_statuses
from positronic.brains import events
from positronic.brains.completed import CompletedStep
from positronic.brains.jsonable import JsonObject
from positronic.brains.patches import apply
from positronic.brains.redactions import Redaction

_ENDS = {
    events.COMPLETE: run_statuses.COMPLETE,
    events.ERROR: run_statuses.ERROR,
    **run_statuses.BROKEN_OFF,
}


@dataclass(slots=True)
class Replay:
    """A run according to its events. `status`: one of `run_statuses`."""

    title: str = ""
    status: str = run_statuses.RUNNING
    options: JsonObject = field(default_factory=dict)
    initial_state: JsonObject = field(default_factory=dict)
    completed: list[CompletedStep] = field(default_factory=list)
    # Redactions of the options, and of the states: the initial one, and after each step.
    options_redactions: list[Redaction] = field(default_factory=list)
    state_redactions: list[list[Redaction]] = field(default_factory=list)
    steps: list[JsonObject] = field(default_factory=list)
    error: JsonObject | None = None
    depth: int = 0  # of nested brains, at the latest event

    @property
    def state(self) -> JsonObject:
        """The state after the last completed step, redacted as stored."""
        return self.before(len(self.completed) + 1)

    def before(self, number: int) -> JsonObject:
        """The state before step `number`, counted from 1. Raises InvalidRun for a bad patch."""
        return apply(self.initial_state, [step.patch for step in self.completed[: number - 1]])

    def take(self, event: Mapping[str, Any]) -> None:
        """The next event. Inner brains are skipped: each is one step of the run."""
        kind = event["type"]
        self.depth += kind == events.START
        # After brain:error the steps are reported again: an inner brain's have a dot in their ids.
        if self.depth <= 1 or kind in run_statuses.BROKEN_OFF:
            _take(self, event)
        self.depth -= kind in (events.COMPLETE, events.ERROR) and self.depth > 0

    def fold(self) -> None:
        """Apply the last step's patch to `initial_state`, so that only one state is in memory."""
        if self.completed and self.completed[-1].patch:
            last = self.completed[-1]
            self.initial_state = apply(self.initial_state, [last.patch])
            self.completed[-1] = CompletedStep(last.title, [])


def replay(stored: Iterable[Mapping[str, Any]], *, folded: bool = False) -> Replay:
    """A whole run; if `folded`, `initial_state` is the last one and no patches are kept."""
    found = Replay()
    for event in stored:
        found.take(event)
        if folded:
            found.fold()
    return found


def _take(found: Replay, event: Mapping[str, Any]) -> None:
    match event["type"]:
        case events.START:
            found.title, found.options = event["brainTitle"], event["options"]
            found.initial_state = event["initialState"]
            found.options_redactions = _redactions(event, "options")
            found.state_redactions.append(_redactions(event, "initialState"))
        case events.STEP_STATUS if all("." not in step["id"] for step in event["steps"]):
            found.steps = [{k: step[k] for k in ("title", "status")} for step in event["steps"]]
        case events.STEP_COMPLETE:
            found.completed.append(CompletedStep(event["stepTitle"], event["patch"]))
            found.state_redactions.append(_redactions(event, "state"))
        case kind if kind in _ENDS:
            found.status, found.error = _ENDS[kind], event.get("error")


def _redactions(event: Mapping[str, Any], part: str) -> list[Redaction]:
    found: list[Redaction] = event.get(events.AT, {}).get(part, [])
    return found
