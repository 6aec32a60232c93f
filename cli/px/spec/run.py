"""Checks promises on a server, one after the other, each within the remaining time."""

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

CLEANING_SECONDS: Final = 10.0  # the limit for one check, or the remaining time if less
OVER: Final = "the time ran out before this check ended"


class Result(StrEnum):
    """`mended`: a known gap that is kept now, which fails a run until its line is removed."""

    OK = "ok"
    FAILED = "FAILED"
    GAP = "gap"
    MENDED = "mended"


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """`reason` is empty if the promise is kept."""

    promise: Promise
    result: Result
    reason: str
    seconds: float

    @property
    def passed(self) -> bool:
        return self.result in (Result.OK, Result.GAP)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for the whole run, and until reads see a write."""

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
    """The outcomes in order, each also passed to `seen`. Raises PxError without a server."""
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
        finally:  # also when the time is up, and after Ctrl-C
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
        reason = reason or "this promise is kept now: remove its line from the known gaps"
    else:
        result = Result.FAILED if broken else Result.OK
    return PromiseOutcome(promise, result, reason, time.monotonic() - start)


async def _check(promise: Promise, world: World, deadline: float) -> str:
    """Why the promise is not kept; empty if it is."""
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
        # An answer with a structure that the check did not expect.
        return "an answer does not have the contract's format"
    return ""


async def _clean(world: World, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await world.clean()
