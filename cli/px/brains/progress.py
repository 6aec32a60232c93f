"""Follows a run by its events: where it is, and whether and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from positronic.run_statuses import BROKEN_OFF, COMPLETE, ERROR
from px.api.brain_events import RunEvent
from px.api.runs import error_line, error_sentence, failing_source
from px.brains.elapsed import elapsed


@dataclass(frozen=True, slots=True)
class Position:
    """Where an event belongs: the nested brains, and the step of the innermost."""

    brains: tuple[str, ...] = ()
    step: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        return (*self.brains, self.step) if self.step else self.brains


@dataclass(slots=True)
class _Level:
    """One running brain: the outermost, or one inside a step of the level above."""

    title: str
    started: str
    step: str = ""
    step_started: str = ""


@dataclass(slots=True)
class RunProgress:
    """`outcome` is None until the run ends; `step` counts the outermost brain's steps from 1.

    `ended_after` is the step after which the run was asked to stop, if it was not the last.
    `took` is how long what the latest event ends has taken, by the server's clock; else empty.
    """

    outcome: str | None = None
    ended_after: int | None = None
    error: str = ""
    where: str = ""
    source: str = ""
    took: str = ""
    step: int = 0
    position: Position = Position()
    _levels: list[_Level] = field(default_factory=list)

    def follow(self, event: RunEvent) -> None:
        """Takes the next event; an inner brain's events come between those of its step."""
        if event.type in _STARTS:
            self._levels.append(_Level(event.text("brainTitle"), event.text("time")))
        elif event.type in _STEPS:
            self._step(event)
        self.position = self._here(event)
        self.took = self._took(event)
        match event.type:
            case "brain:complete":
                last = event.document.get("endedAfter")
                self.ended_after = last if isinstance(last, int) else None
                self._end(COMPLETE)
            case "brain:error":
                self.error = _told(event, error_sentence)
                self.where = _told(event, error_line)
                self.source = _told(event, failing_source)
                self._end(ERROR)
            case kind if kind in BROKEN_OFF:
                self.error = _told(event, error_sentence)
                self._levels.clear()
                self._end(BROKEN_OFF[kind])

    def conclude(self, outcome: str, error: str) -> None:
        """For a run whose events stop without its outcome."""
        self._levels.clear()
        self.outcome, self.error = outcome, error

    def _here(self, event: RunEvent) -> Position:
        brains = tuple(level.title for level in self._levels)
        has_step = bool(self._levels) and event.type not in _OF_A_BRAIN
        return Position(brains, self._levels[-1].step if has_step else "")

    def _step(self, event: RunEvent) -> None:
        if not self._levels:
            self._levels.append(_Level("", ""))
        level = self._levels[-1]
        level.step = event.text("stepTitle")
        if event.type == "step:start":
            level.step_started = event.text("time")
        index = event.document.get("stepIndex")
        if len(self._levels) == 1 and isinstance(index, int):
            self.step = index + 1

    def _took(self, event: RunEvent) -> str:
        if not self._levels or event.type not in _ENDS:
            return ""
        level = self._levels[-1]
        is_step = event.type != "brain:complete"
        if event.document.get("takenOver") is True:
            return ""
        return elapsed(level.step_started if is_step else level.started, event.text("time"))

    def _end(self, outcome: str) -> None:
        """Ends the innermost brain; the end of the outermost one ends the run."""
        if self._levels:
            self._levels.pop()
        if not self._levels:
            self.outcome = outcome


_STARTS: Final = frozenset({"brain:start", "brain:restart"})
_STEPS: Final = frozenset({"step:start", "step:complete"})
_ENDS: Final = frozenset({"step:complete", "brain:complete", "brain:error"})
_OF_A_BRAIN: Final = _STARTS | {"brain:complete"}


def _told(event: RunEvent, part: Callable[[object], str]) -> str:
    """This part of the event's error; empty if it is not as the contract has it."""
    try:
        return part(event.document.get("error"))
    except (KeyError, TypeError):
        return ""
