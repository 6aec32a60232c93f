"""What a run does: a brain from its beginning, or from a step of an earlier run."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from dataclasses import dataclass

from positronic import brains
from positronic.brains import Brain, BrainSecrets, CompletedStep, Replay, replay
from positronic.brains.jsonable import JsonObject
from positronic.brains.redactions import Redaction
from positronic.brains.run_redactor import RunRedactor
from positronic.errors import Conflict, InvalidRequest
from positronic.run_statuses import RUNNING
from positronic.runs.record import KeptEvent, RunRecord

Events = AsyncGenerator[JsonObject, None]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """`completed` steps are reused; `end_after` counts them too.

    The redactions are those of options and states; `lost` are the states that stay redacted.
    """

    brain: Brain
    options: JsonObject
    initial_state: JsonObject
    end_after: int | None = None
    completed: tuple[CompletedStep, ...] = ()
    rerun_of: str | None = None
    options_redactions: Sequence[Redaction] = ()
    state_redactions: Sequence[Sequence[Redaction]] = ((),)
    lost: Collection[int] = ()

    @property
    def starts_at(self) -> int | None:
        """The number of the first step to run, for a rerun."""
        return None if self.rerun_of is None else len(self.completed) + 1

    def events(self, run_id: str, secrets: BrainSecrets, redactor: RunRedactor) -> Events:
        """The events of `brains.run`, as a generator that can be closed early."""
        return brains.run(
            self.brain,
            run_id=run_id,
            secrets=secrets,
            redactor=redactor,
            options=self.options,
            initial_state=self.initial_state,
            completed=self.completed,
            lost=self.lost,
            end_after=self.end_after,
        )


def retold(events: Iterable[KeptEvent], *, folded: bool = False) -> Replay:
    """A run from its stored events; `folded`: only the last state of its steps."""
    return replay((json.loads(event.text) for event in events), folded=folded)


def rerun(
    brain: Brain, record: RunRecord, told: Replay, starts_at: int, stops_after: int | None
) -> RunPlan:
    """From step `starts_at`, counted from 1. Raises Conflict, InvalidRequest."""
    if record.status == RUNNING:
        raise Conflict("the run is not over")
    if starts_at > len(told.completed) + 1:
        raise InvalidRequest(
            f"the run completed {len(told.completed)} steps: "
            f"`startsAt` is at most {len(told.completed) + 1}"
        )
    if starts_at > len(brain):
        raise InvalidRequest(f"the brain has {len(brain)} steps: nothing is left to run")
    if stops_after is not None and stops_after < starts_at:
        raise InvalidRequest("`stopsAfter` is a step before `startsAt`")
    return RunPlan(
        brain,
        told.options,
        told.initial_state,
        stops_after,
        tuple(told.completed[: starts_at - 1]),
        record.id,
        told.options_redactions,
        told.state_redactions[:starts_at],
    )
