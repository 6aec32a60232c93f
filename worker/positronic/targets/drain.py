"""Pushes what is due to a project's targets: the newest state of each name, a few at a time.

Before the first put it is committed that we write the name there, with the event. What was written
is known by a commit afterwards; if that fails, the same is written once more. A target that fails
as a whole is left alone for a while, and stops no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from positronic.errors import NameFailed, PositronicError, RateLimited, StoreFailed
from positronic.ledger.target_rows import (
    PUSHES,
    TARGETS,
    SwitchedOn,
    due_at,
    due_key,
    push_id,
    pushes_of,
)
from positronic.names import Name, TargetName
from positronic.ports import AtTarget, Clock, Ledger, Target, Values
from positronic.rows import CommitConflict, Delete, Row
from positronic.targets import scan
from positronic.targets.configured import Configured, Targets
from positronic.targets.deciding import decide, foreign
from positronic.targets.pushing import Pushing, Sent
from positronic.times import DAY, wait_after

AT_ONCE: Final = 24  # names of a target in one step
SIDE_BY_SIDE: Final = 4  # requests: a Worker may hold six connections
STEP_TIME: Final = 10_000  # milliseconds after which a step begins with no more names of a target

# By name the version that is to be written there; None: what is there is to be removed.
Claim = Callable[[TargetName, Sequence[Name]], Awaitable[Mapping[Name, int | None]]]


@dataclass(frozen=True, slots=True)
class TargetDrain:
    """Of one project's ledger. `claim`: records a push, and says which names are to be pushed."""

    ledger: Ledger
    targets: Targets
    values: Values
    claim: Claim
    clock: Clock

    async def step(self) -> None:
        """A few names of each target; one that fails is due again later."""
        failures: list[Exception] = []
        for on, found in self._switched_on():
            try:
                await self._step(on, found)
            except Exception as error:  # noqa: BLE001 - one that fails must not stop the others
                failures.append(error)
        if failures:
            raise failures[0]

    def next(self) -> int | None:
        """When the next name is due, in milliseconds; None: none is."""
        times: list[int] = []
        for on, found in self._switched_on():
            is_behind = on.scan is not None or on.place != found.config.place
            at = self.clock() if is_behind else self._first(on)
            if at is not None:
                times.append(max(at, on.resume or 0))
        return min(times, default=None)

    def _switched_on(self) -> list[tuple[SwitchedOn, Configured]]:
        """What the configuration has no more, or cannot use, waits."""
        if not self.targets:
            return []
        items = [TARGETS.item(row) for row in self.ledger.list(TARGETS.kind)]
        found: list[tuple[SwitchedOn, Configured]] = []
        for on in items:
            configured = self.targets.get(on.target) if isinstance(on, SwitchedOn) else None
            if isinstance(on, SwitchedOn) and on.is_paused:
                continue
            if isinstance(on, SwitchedOn) and configured and configured.target:
                found.append((on, configured))
        return found

    def _first(self, on: SwitchedOn) -> int | None:
        low, high = pushes_of(on.target)
        rows = self.ledger.list(PUSHES.kind, "due", limit=1, low=low, high=high)
        return due_at(rows[0].keys[0]) if rows else None

    async def _step(self, on: SwitchedOn, found: Configured) -> None:
        now, place = self.clock(), found.config.place
        if on.resume is not None and now < on.resume:
            return
        if on.place != place:
            # The configuration has it elsewhere now: all goes there, as the first time.
            on = replace(on, place=place, scan=scan.FROM_THE_START, is_fresh=True)
        if on.scan is not None and (row := self._row(on)):
            scan.step(self.ledger, on, row.revision, now)
        pushing = Pushing(self.ledger, self.values, found.usable(), self.clock)
        to_push = self._decided(on, pushing, place, now)
        for start in range(0, len(to_push), SIDE_BY_SIDE):
            some = to_push[start : start + SIDE_BY_SIDE]
            if not await self._push(on, pushing, some) or self.clock() - now > STEP_TIME:
                return
        self._leave(on)

    def _decided(self, on: SwitchedOn, pushing: Pushing, place: str, now: int) -> list[Sent]:
        low, _ = pushes_of(on.target)
        high = due_key(on.target, now + 1)
        rows = self.ledger.list(PUSHES.kind, "due", limit=AT_ONCE, low=low, high=high)
        decided = decide(self.ledger, on, pushing.target, place, rows, now)
        pushing.settle(decided.failed)
        if not decided.changes:
            return decided.to_push
        changed = {one.id for one in decided.changes}
        expect = {(PUSHES.kind, row.id): row.revision for row in rows if row.id in changed}
        with suppress(CommitConflict):  # another process came in between: they are still due
            self.ledger.commit(decided.changes, expect)
        return decided.to_push

    async def _push(self, on: SwitchedOn, pushing: Pushing, some: Sequence[Sent]) -> bool:
        """Whether the target takes more now."""
        try:
            refused = foreign(some, await self._there(pushing.target, some))
        except PositronicError as error:
            pushing.settle([replace(one, error=error) for one in some])
            return self._goes_on(on, [error])
        pushing.settle(refused)
        theirs = {one.push.name for one in refused}
        ours = {one.push.name: one for one in some if one.push.name not in theirs}
        if not ours:
            return True
        claimed = await self.claim(on.target, list(ours))
        # From here to each put's first request nothing is awaited: a later change shows.
        newest = self._known(on)
        if newest is None:
            return False
        rows = self.ledger.get(PUSHES.kind, [push_id(on.target, name) for name in claimed])
        outcomes = await asyncio.gather(
            *(
                pushing.send(newest, row, ours[name].push, version)
                for name, version in claimed.items()
                if (row := rows.get(push_id(on.target, name)))
            )
        )
        sents = [one for one in outcomes if one is not None]
        pushing.settle(sents)
        return self._goes_on(on, [one.error for one in sents])

    async def _there(self, target: Target, some: Sequence[Sent]) -> Mapping[Name, AtTarget]:
        first = [one.push.name for one in some if not one.push.is_ours]
        return await target.look(first) if first else {}

    def _goes_on(self, on: SwitchedOn, errors: Sequence[PositronicError | None]) -> bool:
        """Whether there is more to be sent now; else the target's row says until when to wait."""
        limited = next((one for one in errors if isinstance(one, RateLimited)), None)
        is_down = bool(errors) and all(map(_is_of_the_target, errors))
        row, known = self._row(on), self._known(on)
        if row is None or known is None:
            return False
        failed, resume = 0, None
        if limited or is_down:
            failed = known.failed + 1
            wait = _asked_to_wait(limited) if limited else None
            resume = self.clock() + (wait or wait_after(failed))
        if (failed, resume) != (known.failed, known.resume):
            with suppress(CommitConflict):
                changed = TARGETS.put(replace(known, failed=failed, resume=resume))
                self.ledger.commit([changed], {(TARGETS.kind, row.id): row.revision})
        return resume is None

    def _leave(self, on: SwitchedOn) -> None:
        """A target from which all that was ours is removed is switched off."""
        row, known, (low, high) = self._row(on), self._known(on), pushes_of(on.target)
        if row is None or known is None:
            return
        is_over = known.is_leaving and known.scan is None
        if is_over and not self.ledger.list(PUSHES.kind, limit=1, low=low, high=high):
            with suppress(CommitConflict):
                gone = Delete(TARGETS.kind, row.id)
                self.ledger.commit([gone], {(TARGETS.kind, row.id): row.revision})

    def _row(self, on: SwitchedOn) -> Row | None:
        return self.ledger.get(TARGETS.kind, [on.target]).get(on.target)

    def _known(self, on: SwitchedOn) -> SwitchedOn | None:
        """What is switched on now."""
        row = self._row(on)
        found = TARGETS.item(row) if row else None
        return found if isinstance(found, SwitchedOn) else None


def _is_of_the_target(error: PositronicError | None) -> bool:
    """Whether other names would meet it too."""
    return isinstance(error, StoreFailed | RateLimited) and not isinstance(error, NameFailed)


def _asked_to_wait(error: RateLimited) -> int | None:
    """Milliseconds, a day at most; None: the provider said nothing that can be read."""
    text = error.headers.get("Retry-After", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= 6
    return min(int(text) * 1000, DAY) or None if is_number else None
