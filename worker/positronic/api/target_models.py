"""The JSON shapes of targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, cast

from pydantic import Field, PlainValidator, model_validator

from positronic.api.models import Model
from positronic.commands.asked_targets import Checked, ShownTarget
from positronic.http.field_checks import check_name
from positronic.http.text_formats import NOT_SENT, NameText, Time
from positronic.names import MAX_BULK, NAME, Name
from positronic.times import iso

State = Literal["off", "starting", "on", "removing", "paused"]
Standing = Literal["due", "refused", "missing", "changed", "foreign"]

_Name = Annotated[Name, PlainValidator(check_name, json_schema_input_type=NameText)]
_Prefix = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]


class TargetIn(Model):
    """Either `names` of secrets, or a `prefix` that their names begin with."""

    names: Annotated[list[_Name], Field(min_length=1, max_length=MAX_BULK)] = NOT_SENT
    prefix: _Prefix = NOT_SENT

    @model_validator(mode="after")
    def _one(self) -> TargetIn:
        if (self.names is None) == (self.prefix is None):
            raise ValueError("either `names` or `prefix`")
        return self


class TargetCountsOut(Model):
    """`ok`: as they have to be; `due`: still to be pushed; `refused`: by the provider, or by us."""

    ok: int
    due: int
    refused: int


class TargetProblemOut(Model):
    """One of the names that are refused, or else of those that failed last, and why."""

    name: str
    error: str


class TargetOut(Model):
    """`missing`: the settings that it cannot be used without. What is off has neither names, nor
    times, and counts nothing. `starting`: which names are due is still looked through; `removing`:
    what is ours there goes; `paused`: it came with an import, and waits for a PUT or a `sync`.
    """

    name: str
    type: str
    state: State
    names: list[str] | None = None
    prefix: str | None = None
    created_at: Time | None = None
    updated_at: Time | None = None
    updated_by: dict[str, str] | None = None
    missing: list[str]
    counts: TargetCountsOut
    problem: TargetProblemOut | None = None


class TargetsOut(Model):
    targets: list[TargetOut]
    count: int


class DriftOut(Model):
    """A name that is not there as it has to be. `changed`: its version there is not the one that
    was written last; `foreign`: what is there carries no mark of ours.
    """

    name: str
    state: Standing


class DriftsOut(Model):
    """`same`: how many of this page are as they have to be."""

    differing: list[DriftOut]
    same: int
    cursor: str | None = None


def target_out(found: ShownTarget) -> TargetOut:
    return TargetOut(
        name=found.name,
        type=found.type,
        state=cast("State", found.state),
        names=None if found.names is None else list(found.names),
        prefix=found.prefix,
        created_at=None if found.created is None else iso(found.created),
        updated_at=None if found.changed is None else iso(found.changed),
        updated_by=None if found.by is None else dict(found.by),
        missing=list(found.missing),
        counts=TargetCountsOut(**found.counts._asdict()),
        problem=found.problem
        and TargetProblemOut(name=found.problem.name, error=found.problem.why),
    )


def targets_out(found: Sequence[ShownTarget]) -> TargetsOut:
    return TargetsOut(targets=list(map(target_out, found)), count=len(found))


def drifts_out(found: Checked) -> DriftsOut:
    differing = [
        DriftOut(name=name, state=cast("Standing", state)) for name, state in found.differing
    ]
    return DriftsOut(differing=differing, same=found.same, cursor=found.cursor)
