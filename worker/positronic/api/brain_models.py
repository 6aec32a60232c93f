"""The JSON shapes of brains and their runs."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from positronic.api.models import Model
from positronic.brains import Brain, Replay
from positronic.http.text_formats import StepNumber, Time
from positronic.runs.record import INTERRUPTED, RUNNING, RunRecord
from positronic.times import iso

JsonObject = dict[str, Any]


class RunIn(Model):
    model_config = ConfigDict(populate_by_name=False)

    identifier: str
    options: JsonObject | None = None
    initial_state: JsonObject | None = None
    end_after: StepNumber | None = None


class RerunIn(Model):
    model_config = ConfigDict(populate_by_name=False)

    run_id: str
    starts_at: StepNumber
    stops_after: StepNumber | None = None


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
    title: str
    description: str | None = None
    steps: list[BlockOut]


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
    status: str
    created_at: Time
    completed_at: Time | None = None
    starts_at: int | None = None
    rerun_of: str | None = None
    from_copy: dict[str, int] | None = None
    error: RunErrorOut | None = None
    steps: list[StepStandingOut]
    state: JsonObject


def brains_out(brains: list[Brain]) -> BrainsOut:
    found = [
        BrainOut(title=brain.title, description=brain.description, steps=len(brain))
        for brain in brains
    ]
    return BrainsOut(brains=found, count=len(found))


def structure_out(brain: Brain) -> StructureOut:
    return StructureOut.model_validate(brain.structure)


def run_out(record: RunRecord, told: Replay) -> RunOut:
    """A run from its record and events; an interrupted step is not shown as running."""
    steps = [
        StepStandingOut(
            title=step["title"],
            status=INTERRUPTED
            if record.status == INTERRUPTED and step["status"] == RUNNING
            else step["status"],
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
        from_copy=_copied(record),
        error=None if record.error is None else RunErrorOut(**record.error),
        steps=steps,
        state=told.state,
    )


def _copied(record: RunRecord) -> dict[str, int] | None:
    """The versions that came from copies, by name."""
    return dict(one for read in record.copied for one in read.versions.items()) or None
