"""One run of a brain: started, watched, and marked interrupted if nothing continues it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from positronic.brains import BrainSecrets, StepFailed
from positronic.brains.known_values import KnownValues
from positronic.brains.run_redactor import RunRedactor
from positronic.errors import AuditUnavailable, Conflict, InvalidRequest, PositronicError
from positronic.ports import Clock, ReadableSecrets
from positronic.runs import ending, sse
from positronic.runs.event_log import Event, EventLog
from positronic.runs.event_redactor import EventRedactor
from positronic.runs.plan import Events, RunPlan
from positronic.runs.reading import RunSecrets
from positronic.runs.record import CopyRead, KeptEvent, RunLog, RunRecord
from positronic.runs.restoring import with_values
from positronic.times import iso
from positronic.traceback_summary import summary_of

LOOK_EVERY: Final = 30_000  # milliseconds

_FOREIGN: Final = (
    "a value that a run of another project had read was redacted; "
    "a brain must not keep anything made from a secret"
)


class Recorder(Protocol):
    """Where it is recorded what a run read without the ledger."""

    async def copied(self, id_: str, versions: Mapping[str, int], at: int) -> None:
        """Once, however often it is sent under this id. Raises AuditUnavailable."""
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
        store = RunSecrets(resources.store, self.event_log)
        secrets = BrainSecrets(store, partial(self._note, store, redactor), redactor)
        plan = await with_values(plan, resources.store, redactor, announce)
        events = _events(plan, self.id, secrets, redactor)
        if not redactor.names:
            await announce()
        # The brain's code does not run before the first event, which is stored with the record.
        first = await anext(events)
        self.event_log.open(record)
        self.event_log.append(self._dated(first))
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
        """Ends an interrupted run, and records what it read from copies. AuditUnavailable."""
        self._notice_interruption()
        if self.event_log.is_there and not self.event_log.is_running:
            await self._settle_copies(auditor)

    def next_look(self, retention: int) -> int:
        """When to look again whether it is interrupted, or to delete it. All in milliseconds."""
        record = self.event_log.record
        if self.event_log.is_running or not record.is_settled:
            return self._clock() + LOOK_EVERY
        return (record.completed_at or 0) + retention

    def _notice_interruption(self) -> None:
        if self.event_log.is_running and not self._is_worked_on:
            self._end([ending.interrupted(self.event_log)])

    async def _go_on(self, events: Events, redactor: RunRedactor, resources: RunResources) -> None:
        try:
            last = await self._tell(events, redactor, resources)
            self.event_log.clean(redactor)
            self._end([EventRedactor(redactor).cleaned(event) for event in last])
            self._report_failure(resources)
            with suppress(AuditUnavailable):  # tried again later
                await self._settle_copies(resources.auditor)
        except Exception as error:  # noqa: BLE001 - nobody waits for this who could be told
            resources.report(f"run {self.id}: {summary_of(error)}")
        finally:
            # A run that could not be ended is found interrupted at the next look.
            self._is_worked_on = False
            if redactor.expired:
                names = ", ".join(sorted(redactor.expired))
                title = self.event_log.record.title
                resources.report(f"run {self.id} of {title!r} read what has expired: {names}")
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

    async def _settle_copies(self, auditor: AuditorOf) -> None:
        while not (record := self.event_log.record).is_settled:
            read = record.copied[record.settled]
            # The same in each try, so that it is recorded once.
            id_ = hashlib.sha256(f"{record.id}/{record.settled}".encode()).hexdigest()[:16]
            await auditor(record).copied(id_, read.versions, read.at)
            self.event_log.change(settled=record.settled + 1)


def _events(plan: RunPlan, run_id: str, secrets: BrainSecrets, redactor: RunRedactor) -> Events:
    """Raises InvalidRequest for whatever a model of options, which is the brain's code, raises."""
    try:
        return plan.events(run_id, secrets, redactor)
    except InvalidRequest as error:
        raise InvalidRequest(redactor.message(error.message)) from None
