"""One run of a brain: started, watched, and marked interrupted if nothing continues it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from positronic.brains import BrainSecrets, StepFailed
from positronic.brains.events import STEP_START
from positronic.brains.known_values import KnownValues
from positronic.brains.run_redactor import RunRedactor
from positronic.errors import AuditUnavailable, Conflict, InvalidRequest, PositronicError
from positronic.ports import Clock, ReadableSecrets
from positronic.run_statuses import CANCELLED, TIMEOUT
from positronic.runs import ending, sse
from positronic.runs.event_log import Event, EventLog
from positronic.runs.event_redactor import EventRedactor
from positronic.runs.plan import Events, RunPlan
from positronic.runs.reading import RunSecrets
from positronic.runs.record import CopyRead, KeptEvent, RunLog, RunRecord
from positronic.runs.recorder import RecorderOf
from positronic.runs.restoring import with_values
from positronic.runs.stopping import Stoppable
from positronic.times import iso
from positronic.traceback_summary import summary_of

LOOK_EVERY: Final = 30_000  # milliseconds

_FOREIGN: Final = (
    "a value that a run of another project had read was redacted; "
    "a brain must not keep anything made from a secret"
)


@dataclass(frozen=True, slots=True)
class RunResources:
    """What a run may use. `report` writes a line to the operator's log, never a value."""

    store: ReadableSecrets
    recorder: RecorderOf
    in_background: Callable[[Coroutine[None, None, None]], None]
    report: Callable[[str], None]
    known_values: KnownValues


class Run:
    """One run. If it is stored as running and nothing continues it, it is over."""

    def __init__(self, id: str, log: RunLog, clock: Clock) -> None:  # noqa: A002
        self.id = id
        self.event_log = EventLog(log)
        self._clock = clock
        self._is_worked_on = False
        self._over = asyncio.Event()
        self._work: Stoppable[Sequence[Event]] = Stoppable()
        self._notice_interruption()

    async def start(
        self,
        record: RunRecord,
        plan: RunPlan,
        resources: RunResources,
        announce: Callable[[], Awaitable[None]],
    ) -> None:
        """Announce, store and begin the run, or raise InvalidOptions, InvalidRun.

        A record of it is kept before it is announced: if nothing follows, it is taken back.
        """
        if self.event_log.is_kept:
            raise Conflict("there is a run with this id already")

        async def announced() -> None:
            self.event_log.open(replace(record, is_started=False))
            try:
                await announce()
            except PositronicError as error:
                if error.status < 500:  # refused: there is nothing to take back
                    self.event_log.change(is_told=True)
                raise

        self._is_worked_on = True
        try:
            await self._begin(record, plan, resources, announced)
        except Exception:
            self._is_worked_on = False
            with suppress(AuditUnavailable):  # tried again later
                await self._settle(resources.recorder)
            raise

    async def _begin(
        self,
        record: RunRecord,
        plan: RunPlan,
        resources: RunResources,
        announce: Callable[[], Awaitable[None]],
    ) -> None:
        redactor = RunRedactor(resources.known_values, record.project)
        store = RunSecrets(resources.store, self.event_log)
        secrets = BrainSecrets(store, partial(self._note, store, redactor), redactor)
        plan = await with_values(plan, resources.store, redactor, announce)
        events = _events(plan, self.id, secrets, redactor)
        if not self.event_log.is_kept:
            await announce()
        # The brain's code does not run before the first event, which is stored with the record.
        first = await anext(events)
        self.event_log.open(record)
        self.event_log.append(self._dated(first))
        resources.in_background(self._go_on(events, redactor, resources))

    async def cancel(self, announce: Callable[[], Awaitable[None]]) -> None:
        """End it as cancelled; it has ended when this returns. Raises Conflict if it had before."""
        log = self.event_log
        if log.is_running and log.record.stopping is None:
            await announce()
            self._stop(CANCELLED)
        if self._is_worked_on:
            await self._over.wait()
        if log.record.status != CANCELLED:
            raise Conflict(f"the run is over: its status is {log.record.status}")

    def watch(self, after: int) -> AsyncGenerator[bytes, None]:
        return sse.follow(self.event_log, after)

    def kept(self, after: int = 0) -> tuple[RunRecord, list[KeptEvent]] | None:
        """The record with a page of the events after a number; an empty page after the last."""
        if not self.event_log.is_there:
            return None
        return self.event_log.record, list(self.event_log.page(after))

    async def settle(self, recorder: RecorderOf) -> None:
        """Ends an interrupted run, and tells the ledger what it does not know. AuditUnavailable."""
        self._notice_interruption()
        if not self._is_worked_on:
            await self._settle(recorder)

    def next_look(self, retention: int) -> int:
        """When to look again whether it is interrupted, or to delete it, as one that never started
        is at once. All in milliseconds.
        """
        record = self.event_log.record
        if self.event_log.is_running or not record.is_settled:
            return self._clock() + LOOK_EVERY
        return (record.completed_at or 0) + retention

    def _notice_interruption(self) -> None:
        if self.event_log.is_running and not self._is_worked_on:
            self._end([ending.broken_off(self.event_log)])

    def _stop(self, status: str) -> None:
        """What it is stopped for is stored first, so that it is known after a crash, too."""
        if self.event_log.is_running and self.event_log.record.stopping is None:
            self.event_log.change(stopping=status)
            self._work.stop()

    async def _go_on(self, events: Events, redactor: RunRedactor, resources: RunResources) -> None:
        try:
            last = await self._worked(events, redactor, resources)
            self.event_log.clean(redactor)
            self._end([EventRedactor(redactor).cleaned(event) for event in last])
            self._report_failure(resources)
            with suppress(AuditUnavailable):  # tried again later
                await self._settle(resources.recorder)
        except Exception as error:  # noqa: BLE001 - nobody waits for this who could be told
            resources.report(f"run {self.id}: {summary_of(error)}")
        finally:
            # A run that could not be ended is found interrupted at the next look.
            self._is_worked_on = False
            self._over.set()
            if redactor.expired:
                names = ", ".join(sorted(redactor.expired))
                title = self.event_log.record.title
                resources.report(f"run {self.id} of {title!r} read what has expired: {names}")
            if redactor.met_foreign:
                resources.report(f"run {self.id} of {self.event_log.record.title!r}: {_FOREIGN}")

    async def _worked(
        self, events: Events, redactor: RunRedactor, resources: RunResources
    ) -> Sequence[Event]:
        """The last events of the run, no matter what its code does when it is stopped."""
        work = self._tell(events, redactor, resources)
        last = await self._work.result(work, self._seconds_left(), partial(self._stop, TIMEOUT))
        if self.event_log.record.stopping is not None:
            return [ending.broken_off(self.event_log)]
        if last is None:
            return [ending.failed(self.event_log, StepFailed("a step cancelled itself"))]
        return last

    def _seconds_left(self) -> float | None:
        record = self.event_log.record
        if record.time_limit is None:
            return None
        return max(0.0, record.time_limit - (self._clock() - record.created_at) / 1000)

    async def _tell(
        self, events: Events, redactor: RunRedactor, resources: RunResources
    ) -> Sequence[Event]:
        """Stores the events as they come; returns the last ones, which nobody has seen yet.

        No step starts in a run that is being stopped, and of one that has ended nothing is stored.
        """
        last: list[Event] = []
        depth = 1
        try:
            async with aclosing(events):
                async for event in events:
                    is_next = self._work.is_stopping and event["type"] == STEP_START
                    if is_next or not self.event_log.is_running:
                        return last
                    depth += ending.DEPTH.get(event["type"], 0)
                    if last or depth == 0:
                        last.append(event)
                    else:
                        self.event_log.append(self._dated(event))
        except PositronicError as error:
            return [ending.failed(self.event_log, error)]
        except (SystemExit, KeyboardInterrupt):
            # Not caught, it would end the whole Worker and every other run.
            return [ending.failed(self.event_log, StepFailed("a step tried to end the process"))]
        except Exception as error:  # noqa: BLE001 - the runner's own failure; a step's is an event
            resources.report(f"run {self.id}: {summary_of(error)}")
            return [ending.failed(self.event_log, PositronicError("internal error"))]
        return last

    def _end(self, last: Sequence[Event]) -> None:
        final = last[0]
        self.event_log.end(
            [self._dated(event) for event in last],
            status=ending.status(final),
            completed_at=self._clock(),
            error=ending.error(final),
        )

    def _dated(self, event: Event) -> Event:
        return {**event, "time": iso(self._clock())}

    def _report_failure(self, resources: RunResources) -> None:
        """Reports where the brain's code failed; only those who may see the run learn why."""
        record = self.event_log.record
        if where := (record.error or {}).get("where"):
            said = f"failed at {where}: {(record.error or {})['name']}"
            said = said if said.isprintable() else repr(said)
            resources.report(f"run {self.id} of {record.title!r} {said}")

    async def _note(
        self, store: RunSecrets, redactor: RunRedactor, copied: Mapping[str, int]
    ) -> None:
        """Keep what was read from copies, and redact stored events, before a value is given out."""
        store.check()
        if copied:
            read = CopyRead(copied, self._clock())
            self.event_log.change(copied=(*self.event_log.record.copied, read))
        self.event_log.clean(redactor)

    async def _settle(self, recorder: RecorderOf) -> None:
        if not self.event_log.is_kept:
            return
        while (record := self.event_log.record).settled < len(record.copied):
            read = record.copied[record.settled]
            # The same in each try, so that it is recorded once.
            id_ = hashlib.sha256(f"{record.id}/{record.settled}".encode()).hexdigest()[:16]
            await recorder(record).copied(id_, read.versions, read.at)
            self.event_log.change(settled=record.settled + 1)
        if record.is_told:
            return
        if record.is_started:
            await recorder(record).ended(record.id, record.status, record.completed_at or 0)
        else:
            await recorder(record).dropped(record.id)
        self.event_log.change(is_told=True)


def _events(plan: RunPlan, run_id: str, secrets: BrainSecrets, redactor: RunRedactor) -> Events:
    """Raises InvalidRequest for whatever a model of options, which is the brain's code, raises."""
    try:
        return plan.events(run_id, secrets, redactor)
    except InvalidRequest as error:
        raise InvalidRequest(redactor.message(error.message)) from None
