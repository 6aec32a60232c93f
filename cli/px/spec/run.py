"""Tries promises on a server, one after the other, each in what time is left."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from px.errors import NotReached
from px.spec.answer import Broken
from px.spec.caller import Caller
from px.spec.promises import Level, Promise
from px.spec.target import SpecTarget, reach
from px.spec.world import World

CLEANING_SECONDS: Final = 10.0  # at most, and at most what the run has
OVER: Final = "the time was over before it could be tried to its end"


class Result(StrEnum):
    """`mended`: a known gap that is none any more, which fails a run until its line goes."""

    OK = "ok"
    FAILED = "FAILED"
    GAP = "gap"
    MENDED = "mended"


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """`reason` is empty when the promise is kept."""

    promise: Promise
    result: Result
    reason: str
    seconds: float

    @property
    def passed(self) -> bool:
        return self.result in (Result.OK, Result.GAP)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for the whole run, and for a write to be seen by a read."""

    timeout: float = 300.0
    settle: float = 0.0


async def run(
    target: SpecTarget,
    promises: Sequence[Promise],
    *,
    level: Level = Level.FULL,
    gaps: Collection[str] = (),
    limits: Limits = Limits(),
    seen: Callable[[PromiseOutcome], None] = lambda _: None,
) -> list[PromiseOutcome]:
    """The outcomes in order; `seen` gets each as it comes. Raises PxError for no server to try."""
    deadline = asyncio.get_running_loop().time() + limits.timeout
    outcomes: list[PromiseOutcome] = []
    async with target.caller(limits.timeout) as caller:
        await _reach(target, caller, level, deadline)
        world = _world(target, caller, level, limits.settle)
        cleaning = min(limits.timeout, CLEANING_SECONDS)
        try:
            for promise in promises:
                outcome = await _try(promise, world, gaps, deadline)
                outcomes.append(outcome)
                seen(outcome)
                if asyncio.get_running_loop().time() < deadline:
                    await _clean(world, cleaning)
        finally:  # after the time, and after Ctrl-C
            await _clean(world, cleaning)
    return outcomes


def _world(target: SpecTarget, caller: Caller, level: Level, settle: float) -> World:
    id_ = secrets.token_hex(4)
    project = target.project or (f"spec-{id_}-a" if level is Level.FULL else None)
    return World(caller, target.token, id_, project, settle)


async def _reach(target: SpecTarget, caller: Caller, level: Level, deadline: float) -> None:
    try:
        async with asyncio.timeout_at(deadline):
            await reach(target, caller, level)
    except TimeoutError:
        raise NotReached(
            f"{target.address.origin} cannot be reached: no answer in time", code="not_reached"
        ) from None


async def _try(
    promise: Promise, world: World, gaps: Collection[str], deadline: float
) -> PromiseOutcome:
    start = time.monotonic()
    reason = await _check(promise, world, deadline)
    broken = bool(reason)
    if promise.id in gaps:
        result = Result.GAP if broken else Result.MENDED
        reason = reason or "it is kept now: remove its line from the known gaps"
    else:
        result = Result.FAILED if broken else Result.OK
    return PromiseOutcome(promise, result, reason, time.monotonic() - start)


async def _check(promise: Promise, world: World, deadline: float) -> str:
    """Why the promise is not kept; empty when it is."""
    if asyncio.get_running_loop().time() >= deadline:
        return OVER
    try:
        async with asyncio.timeout_at(deadline):
            await promise.check(world)
    except Broken as broken:
        return world.redact(broken.reason)
    except TimeoutError:
        return OVER
    except (KeyError, TypeError, AttributeError, ValueError, LookupError, RecursionError):
        # An answer in a shape that the check did not foresee.
        return "an answer has another shape than the contract's"
    return ""


async def _clean(world: World, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await world.clean()
