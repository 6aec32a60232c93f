"""Runs the suite from a plain test."""

from __future__ import annotations

import asyncio

from px.spec.checks import PROMISES
from px.spec.promises import Level, select
from px.spec.run import Limits, PromiseOutcome, run
from px.spec.target import SpecTarget


def tried(
    target: SpecTarget, level: Level = Level.FULL, only: str = "*", timeout: float = 240
) -> list[PromiseOutcome]:
    """The outcome of every promise of the level."""
    promises = select(PROMISES, level, only)
    return asyncio.run(run(target, promises, level=level, limits=Limits(timeout)))


def broken(outcomes: list[PromiseOutcome]) -> list[str]:
    """What is not kept, with why."""
    return [f"{one.promise.id}: {one.reason}" for one in outcomes if not one.passed]
