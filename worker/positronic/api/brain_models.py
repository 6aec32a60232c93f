"""The JSON shapes of brains and their runs."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, WithJsonSchema

from positronic.api.models import Model
from positronic.brains import Brain, Replay
from positronic.http.text_formats import StepNumber, Time, TimeLimit
from positronic.ledger.run_rows import IndexedRun
from positronic.ports import Page, Unreadable
from positronic.run_statuses import (
    CANCELLED,
    INTERRUPTED,
    RUNNING,
    STATUSES,
    TIMEOUT,
    UNKNOWN,
)
from positronic.runs.record import RunRecord
from positronic.times import iso

JsonObject = dict[str, Any]
RunStatus = Annotated[str, WithJsonSchema({"type": "string", "enum": list(STATUSES)})]

# How the step stands that was running when its run was broken off. It may have done part of its
# work.
_BROKEN_OFF: Final = {INTERRUPTED: INTERRUPTED, CANCELLED: UNKNOWN, TIMEOUT: UNKNOWN}


class RunIn(Model):
    model_config = ConfigDict(populate_by_name=False)

    identifier: str
    options: JsonObject | None = None
    initial_state: JsonObject | None = None
    end_after: StepNumber | None = None
    time_limit: TimeLimit | None = None


class RerunIn(Model):
    model_config = ConfigDict(populate_by_name=False)

    run_id: str
    starts_at: StepNumber
    stops_after: StepNumber | None = None
    time_limit: TimeLimit | None = None


class StartedOut(Model):
    brain_run_id: str


class BrainOut(Model):
    title: str
    description: str | None = None
    steps: int


class BrainsOut(Model):
    brains: list[BrainOut]
    count: int


class BlockOut(Model):
    type: str
    title: str
    inner_brain: StructureOut | None = None


class StructureOut(Model):
    """`timeLimit`: seconds that a run may take, if the brain says so."""

    title: str
    description: str | None = None
    steps: list[BlockOut]
    time_limit: int | None = None


class StepStandingOut(Model):
    title: str
    status: str


class RunErrorOut(Model):
    name: str
    message: str
    code: str | None = None
    where: str | None = None
    source: str | None = None


class RunOut(Model):
    brain_run_id: str
    brain_title: str
    status: RunStatus
    created_at: Time
    completed_at: Time | None = None
    starts_at: int | None = None
    rerun_of: str | None = None
    time_limit: int | None = None
    from_copy: dict[str, int] | None = None
    error: RunErrorOut | None = None
    steps: list[StepStandingOut]
    state: JsonObject


class ListedRunOut(Model):
    """`by`: the name of the token that started it. `timeLimit` in seconds."""

    brain_run_id: str
    brain_title: str
    status: RunStatus
    created_at: Time
    completed_at: Time | None = None
    starts_at: int | None = None
    rerun_of: str | None = None
    time_limit: int
    by: str


class UnreadableRunOut(Model):
    """A listed run of which the ledger has nothing that can be read. Its object still has it."""

    brain_run_id: str
    unreadable: Literal[True] = True


class RunsOut(Model):
    runs: list[ListedRunOut | UnreadableRunOut]
    count: int
    cursor: str | None = None


def brains_out(brains: list[Brain]) -> BrainsOut:
    found = [
        BrainOut(title=brain.title, description=brain.description, steps=len(brain))
        for brain in brains
    ]
    return BrainsOut(brains=found, count=len(found))


def structure_out(brain: Brain) -> StructureOut:
    return StructureOut(**brain.structure, time_limit=brain.time_limit)


def runs_out(page: Page[IndexedRun | Unreadable]) -> RunsOut:
    found = [
        UnreadableRunOut(brain_run_id=one.id) if isinstance(one, Unreadable) else _listed_run(one)
        for one in page.items
    ]
    return RunsOut(runs=found, count=len(found), cursor=page.cursor)


def _listed_run(run: IndexedRun) -> ListedRunOut:
    return ListedRunOut(
        brain_run_id=run.id,
        brain_title=run.title,
        status=run.status,
        created_at=iso(run.created_at),
        completed_at=None if run.completed_at is None else iso(run.completed_at),
        starts_at=run.starts_at,
        rerun_of=run.rerun_of,
        time_limit=run.time_limit,
        by=run.by,
    )


def run_out(record: RunRecord, told: Replay) -> RunOut:
    """A run from its record and events; a step that its end broke off is not shown as running."""
    at_the_end = _BROKEN_OFF.get(record.status, RUNNING)
    steps = [
        StepStandingOut(
            title=step["title"],
            status=at_the_end if step["status"] == RUNNING else step["status"],
        )
        for step in told.steps
    ]
    return RunOut(
        brain_run_id=record.id,
        brain_title=record.title,
        status=record.status,
        created_at=iso(record.created_at),
        completed_at=None if record.completed_at is None else iso(record.completed_at),
        starts_at=record.starts_at,
        rerun_of=record.rerun_of,
        time_limit=record.time_limit,
        from_copy=_copied(record),
        error=None if record.error is None else RunErrorOut(**record.error),
        steps=steps,
        state=told.state,
    )


def _copied(record: RunRecord) -> dict[str, int] | None:
    """The versions that came from copies, by name."""
    return dict(one for read in record.copied for one in read.versions.items()) or None
