"""One run of a brain: started, watched, and found interrupted when nothing goes on with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from positronic.audit.events import Auditor
from positronic.brains import BrainSecrets, StepFailed
from positronic.brains.known_values import ReadHere
from positronic.brains.run_redactor import RunRedactor
from positronic.errors import Conflict, InvalidRequest, PositronicError
from positronic.names import Name
from positronic.ports import Clock, SecretStore
from positronic.runs import ending, sse
from positronic.runs.event_log import Event, Keeper
from positronic.runs.event_redactor import Cleaning
from positronic.runs.plan import Events, Plan
from positronic.runs.record import KeptEvent, RunLog, RunRecord
from positronic.runs.restoring import with_values
from positronic.traceback_summary import whereabouts

READ: Final = "brain.read"
LOOK_EVERY: Final = 30_000  # milliseconds

_FOREIGN: Final = (
    "a value that a run of another project had read was taken out; "
    "a brain must keep nothing that was made from a secret"
)

AuditorOf = Callable[[RunRecord], Auditor]


@dataclass(frozen=True, slots=True)
class Means:
    """What a run works with. `report` takes a line for the operator's log, never a value."""

    store: SecretStore
    auditor: AuditorOf
    in_background: Callable[[Coroutine[None, None, None]], None]
    report: Callable[[str], None]
    read_here: ReadHere


class Run:
    """One run in one place. One that is kept as running, and that nobody goes on with, is over."""

    def __init__(self, id: str, log: RunLog, clock: Clock) -> None:  # noqa: A002
        self.id = id
        self.keeper = Keeper(log)
        self._clock = clock
        self._is_worked_on = False
        self._recorded = 0
        self._notice_interruption()

    async def start(
        self,
        record: RunRecord,
        plan: Plan,
        means: Means,
        announce: Callable[[], Awaitable[None]],
    ) -> None:
        """Announces the run, keeps it, and goes on in the background.

        Raises what the brain says of its options, what `announce` raises, and that values which it
        was to take over cannot be put back; then nothing is kept.
        """
        if self.keeper.is_there:
            raise Conflict("there is a run with this id already")
        redactor = RunRedactor(means.read_here, record.project)
        secrets = BrainSecrets(means.store, partial(self._note, redactor), redactor)

        async def note(names: Sequence[Name]) -> None:
            await announce()
            await means.auditor(record).accepted(READ, names)

        plan = await with_values(plan, means.store, redactor, note)
        events = _events(plan, self.id, secrets, redactor)
        if redactor.names:
            record = replace(record, reads=tuple(map(Name, redactor.names)))
            self._recorded = len(record.reads)
        else:
            await announce()
        # No code of the brain's runs before the first event, which is kept with the record.
        first = await anext(events)
        self.keeper.open(record)
        self.keeper.append(first)
        self._is_worked_on = True
        means.in_background(self._go_on(events, redactor, means))

    def watch(self, after: int) -> AsyncIterator[bytes]:
        return sse.follow(self.keeper, after)

    def kept(self, after: int = 0) -> tuple[RunRecord, list[KeptEvent]] | None:
        """With one page of the events after a number; behind the last there is none."""
        if not self.keeper.is_there:
            return None
        return self.keeper.record, list(self.keeper.page(after))

    async def settle(self, auditor: AuditorOf) -> None:
        """Ends a run that was broken off, and records what it read. Raises AuditUnavailable."""
        self._notice_interruption()
        if self.keeper.is_there and not self.keeper.is_running:
            await self._record_reads(auditor)

    def next_look(self, retention: int) -> int:
        """When somebody has to come by: to see whether it goes on, or to forget it. Milliseconds.

        `retention`: how long it is kept after its end.
        """
        record = self.keeper.record
        if self.keeper.is_running or record.unrecorded:
            return self._clock() + LOOK_EVERY
        return (record.completed_at or 0) + retention

    def _notice_interruption(self) -> None:
        if self.keeper.is_running and not self._is_worked_on:
            self._end([ending.interrupted(self.keeper)])

    async def _go_on(self, events: Events, redactor: RunRedactor, means: Means) -> None:
        try:
            last = await self._tell(events, redactor, means)
            try:
                await self._record_reads(means.auditor)
            except PositronicError as error:
                last = [ending.failed(self.keeper, error)]
            self.keeper.clean(redactor)
            self._end([Cleaning(redactor).cleaned(event) for event in last])
            self._report_failure(means)
        except Exception as error:  # noqa: BLE001 - nobody waits for this who could be told
            means.report(f"run {self.id}: {whereabouts(error)}")
        finally:
            # One that could not be ended is found broken off at the next look.
            self._is_worked_on = False
            if redactor.met_foreign:
                means.report(f"run {self.id} of {self.keeper.record.title!r}: {_FOREIGN}")

    async def _tell(self, events: Events, redactor: RunRedactor, means: Means) -> Sequence[Event]:
        """Keeps the events as they come; returns the last ones, which nobody has seen yet."""
        last: list[Event] = []
        depth = 1
        try:
            async with aclosing(events):
                async for event in events:
                    depth += ending.DEPTH.get(event["type"], 0)
                    if last or depth == 0:
                        last.append(event)
                    else:
                        self.keeper.append(event)
        except PositronicError as error:
            return [ending.failed(self.keeper, error)]
        except (SystemExit, KeyboardInterrupt):
            # Let through, it would end the whole Worker, and every other run with it.
            return [ending.failed(self.keeper, StepFailed("a step tried to end the process"))]
        except Exception as error:  # noqa: BLE001 - the runner's own failure; a step's is an event
            means.report(f"run {self.id}: {whereabouts(error)}")
            return [ending.failed(self.keeper, PositronicError("internal error"))]
        return last

    def _end(self, last: Sequence[Event]) -> None:
        final = last[0]
        self.keeper.end(
            last,
            status=ending.status(final),
            completed_at=self._clock(),
            error=ending.error(final),
        )

    def _report_failure(self, means: Means) -> None:
        """Where the brain's own code failed; why is for those who may look at the run."""
        record = self.keeper.record
        if where := (record.error or {}).get("where"):
            said = f"failed at {where}: {(record.error or {})['name']}"
            said = said if said.isprintable() else repr(said)
            means.report(f"run {self.id} of {record.title!r} {said}")

    async def _note(self, redactor: RunRedactor, names: Sequence[str]) -> None:
        """That these were read; and in what is kept they are no more, should a caller have sent
        them. Raises Conflict when the run has told its end: nobody would record it in time.
        """
        if not self.keeper.is_running:
            raise Conflict("the run is over: nothing can be read")
        reads = dict.fromkeys((*self.keeper.record.reads, *names))
        self.keeper.change(reads=tuple(reads), unrecorded=True)
        self.keeper.clean(redactor)

    async def _record_reads(self, auditor: AuditorOf) -> None:
        """Again for what a task of the brain's read while it was recorded."""
        while self.keeper.record.unrecorded:
            record = self.keeper.record
            await auditor(record).accepted(READ, record.reads[self._recorded :])
            self._recorded = len(record.reads)
            self.keeper.change(unrecorded=len(self.keeper.record.reads) > self._recorded)


def _events(plan: Plan, run_id: str, secrets: BrainSecrets, redactor: RunRedactor) -> Events:
    """Raises InvalidRequest: a model of options says it, which is code of the brain's too."""
    try:
        return plan.events(run_id, secrets, redactor)
    except InvalidRequest as error:
        raise InvalidRequest(redactor.message(error.message)) from None
