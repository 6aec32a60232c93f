"""One run of a brain: started, watched, and marked interrupted if nothing continues it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from positronic.brains import BrainSecrets, StepFailed
from positronic.brains.known_values import KnownValues
from positronic.brains.run_redactor import RunRedactor
from positronic.errors import Conflict, InvalidRequest, PositronicError
from positronic.names import Name
from positronic.ports import Clock, ReadableSecrets
from positronic.runs import ending, sse
from positronic.runs.event_log import Event, EventLog
from positronic.runs.event_redactor import EventRedactor
from positronic.runs.plan import Events, RunPlan
from positronic.runs.record import KeptEvent, RunLog, RunRecord
from positronic.runs.restoring import with_values
from positronic.traceback_summary import summary_of

READ: Final = "brain.read"
LOOK_EVERY: Final = 30_000  # milliseconds

_FOREIGN: Final = (
    "a value that a run of another project had read was redacted; "
    "a brain must not keep anything made from a secret"
)


class Recorder(Protocol):
    """Where what a run does is recorded, before it does it."""

    async def accepted(self, action: str, names: Iterable[str]) -> None:
        """Raises AuditUnavailable."""
        ...


AuditorOf = Callable[[RunRecord], Recorder]


@dataclass(frozen=True, slots=True)
class RunResources:
    """What a run may use. `report` writes a line to the operator's log, never a value."""

    store: ReadableSecrets
    auditor: AuditorOf
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
        self._recorded = 0
        self._notice_interruption()

    async def start(
        self,
        record: RunRecord,
        plan: RunPlan,
        resources: RunResources,
        announce: Callable[[], Awaitable[None]],
    ) -> None:
        """Announce, store and begin the run, or raise InvalidOptions, InvalidRun."""
        if self.event_log.is_there:
            raise Conflict("there is a run with this id already")
        redactor = RunRedactor(resources.known_values, record.project)
        secrets = BrainSecrets(resources.store, partial(self._note, redactor), redactor)

        async def note(names: Sequence[Name]) -> None:
            await announce()
            await resources.auditor(record).accepted(READ, names)

        plan = await with_values(plan, resources.store, redactor, note)
        events = _events(plan, self.id, secrets, redactor)
        if redactor.names:
            record = replace(record, reads=tuple(map(Name, redactor.names)))
            self._recorded = len(record.reads)
        else:
            await announce()
        # The brain's code does not run before the first event, which is stored with the record.
        first = await anext(events)
        self.event_log.open(record)
        self.event_log.append(first)
        self._is_worked_on = True
        resources.in_background(self._go_on(events, redactor, resources))

    def watch(self, after: int) -> AsyncIterator[bytes]:
        return sse.follow(self.event_log, after)

    def kept(self, after: int = 0) -> tuple[RunRecord, list[KeptEvent]] | None:
        """The record with a page of the events after a number; an empty page after the last."""
        if not self.event_log.is_there:
            return None
        return self.event_log.record, list(self.event_log.page(after))

    async def settle(self, auditor: AuditorOf) -> None:
        """Ends an interrupted run, and records what it read. Raises AuditUnavailable."""
        self._notice_interruption()
        if self.event_log.is_there and not self.event_log.is_running:
            await self._record_reads(auditor)

    def next_look(self, retention: int) -> int:
        """When to look again whether it is interrupted, or to delete it. All in milliseconds."""
        record = self.event_log.record
        if self.event_log.is_running or record.unrecorded:
            return self._clock() + LOOK_EVERY
        return (record.completed_at or 0) + retention

    def _notice_interruption(self) -> None:
        if self.event_log.is_running and not self._is_worked_on:
            self._end([ending.interrupted(self.event_log)])

    async def _go_on(self, events: Events, redactor: RunRedactor, resources: RunResources) -> None:
        try:
            last = await self._tell(events, redactor, resources)
            try:
                await self._record_reads(resources.auditor)
            except PositronicError as error:
                last = [ending.failed(self.event_log, error)]
            self.event_log.clean(redactor)
            self._end([EventRedactor(redactor).cleaned(event) for event in last])
            self._report_failure(resources)
        except Exception as error:  # noqa: BLE001 - nobody waits for this who could be told
            resources.report(f"run {self.id}: {summary_of(error)}")
        finally:
            # A run that could not be ended is found interrupted at the next look.
            self._is_worked_on = False
            if redactor.met_foreign:
                resources.report(f"run {self.id} of {self.event_log.record.title!r}: {_FOREIGN}")

    async def _tell(
        self, events: Events, redactor: RunRedactor, resources: RunResources
    ) -> Sequence[Event]:
        """Stores the events as they come; returns the last ones, which nobody has seen yet."""
        last: list[Event] = []
        depth = 1
        try:
            async with aclosing(events):
                async for event in events:
                    depth += ending.DEPTH.get(event["type"], 0)
                    if last or depth == 0:
                        last.append(event)
                    else:
                        self.event_log.append(event)
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
            last, status=ending.status(final), completed_at=self._clock(), error=ending.error(final)
        )

    def _report_failure(self, resources: RunResources) -> None:
        """Reports where the brain's code failed; only those who may see the run learn why."""
        record = self.event_log.record
        if where := (record.error or {}).get("where"):
            said = f"failed at {where}: {(record.error or {})['name']}"
            said = said if said.isprintable() else repr(said)
            resources.report(f"run {self.id} of {record.title!r} {said}")

    async def _note(self, redactor: RunRedactor, names: Sequence[str]) -> None:
        """Record reads, and redact stored events. Raises Conflict when the run has ended."""
        if not self.event_log.is_running:
            raise Conflict("the run is over: nothing can be read")
        reads = dict.fromkeys((*self.event_log.record.reads, *names))
        self.event_log.change(reads=tuple(reads), unrecorded=True)
        self.event_log.clean(redactor)

    async def _record_reads(self, auditor: AuditorOf) -> None:
        """Repeats for what a task read while the previous reads were recorded."""
        while self.event_log.record.unrecorded:
            record = self.event_log.record
            await auditor(record).accepted(READ, record.reads[self._recorded :])
            self._recorded = len(record.reads)
            self.event_log.change(unrecorded=len(self.event_log.record.reads) > self._recorded)


def _events(plan: RunPlan, run_id: str, secrets: BrainSecrets, redactor: RunRedactor) -> Events:
    """Raises InvalidRequest for whatever a model of options, which is the brain's code, raises."""
    try:
        return plan.events(run_id, secrets, redactor)
    except InvalidRequest as error:
        raise InvalidRequest(redactor.message(error.message)) from None
