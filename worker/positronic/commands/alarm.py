"""What a ledger does by itself whenever its alarm rings: a step of each duty that is due.

Due are copies, the sweep that compares them, and what is no longer kept. One table of due times a
kind says when; a step is bounded, and what is left is due again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from positronic.audit.events import Origin
from positronic.commands.asked_copies import LedgerCopies
from positronic.commands.asking import Asking
from positronic.commands.place import Place
from positronic.commands.removals import Removals
from positronic.copies.compare import WRONG
from positronic.copies.drain import Drain
from positronic.errors import InvalidRequest, PositronicError
from positronic.ledger.duty_rows import DUTIES, RETENTION, SWEEP, Duty
from positronic.names import Project
from positronic.ports import Clock, Copies, Ledger, RandomBytes, Unreadable
from positronic.roles import SYSTEM
from positronic.rows import Row
from positronic.sealing.keyring import Keyring
from positronic.times import DAY, wait_after

SWEPT_AT_ONCE: Final = 500  # copies in one step

Step = Callable[[Duty, int], Awaitable[Duty]]


class Steps(Protocol):
    """Work that knows by itself when it is due."""

    async def step(self) -> None: ...

    def next(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Alarm:
    """For one project's ledger. `report` writes a line to the operator's log, never a value.

    `copies`: None on a host that has none, where nothing is drained and nothing compared.
    """

    project: Project
    ledger: Ledger
    copies: Copies | None
    place: Place
    keyring: Keyring
    clock: Clock
    random: RandomBytes
    report: Callable[[str], None]
    more: Sequence[Steps] = ()

    async def ring(self) -> None:
        """One step of everything that is due. Raises what failed first, after all was tried."""
        failures: list[Exception] = []
        now = self.clock()
        due = self.ledger.list(DUTIES.kind, "due", high=now + 1)
        steps = [one.step() for one in self._steps]
        for step in (*steps, *(self._do(row, now) for row in due)):
            try:
                await step
            except Exception as error:  # noqa: BLE001 - one that fails must not stop the others
                failures.append(error)
        if failures:
            raise failures[0]

    def next(self) -> int | None:
        """When to ring again, in milliseconds; None: nothing was ever due."""
        rows = self.ledger.list(DUTIES.kind, "due", limit=1)
        found = [one.next() for one in self._steps] + [int(row.keys[0] or 0) for row in rows]
        return min((at for at in found if at is not None), default=None)

    @property
    def _steps(self) -> Sequence[Steps]:
        copies = self.copies
        drains = [] if copies is None else [Drain(self.ledger, copies, self.clock)]
        return [*drains, Removals(self.ledger, self.clock), *self.more]

    async def _do(self, row: Row, now: int) -> None:
        found = DUTIES.item(row)
        duty = Duty(row.id, now) if isinstance(found, Unreadable) else found
        steps: Mapping[str, Step] = {SWEEP: self._sweep, RETENTION: self._trim}
        try:
            following = await steps[duty.name](duty, now)
        except PositronicError as error:
            failed = duty.failed + 1
            # KV does not know the cursor any more: from the start.
            cursor = None if isinstance(error, InvalidRequest) else duty.cursor
            following = Duty(duty.name, now + wait_after(failed), cursor, failed)
        self.ledger.commit([DUTIES.put(following)], {})

    async def _sweep(self, duty: Duty, now: int) -> Duty:
        """Some copies against the ledger; all of them once a day."""
        if self.copies is None:
            return Duty(SWEEP, now + DAY)
        page = await LedgerCopies(self._ask(), self.copies).page(duty.cursor, SWEPT_AT_ONCE)
        wrong = Counter(one for one in page.differing.values() if one in WRONG)
        if wrong:
            found = ", ".join(f"{count} {standing}" for standing, count in sorted(wrong.items()))
            self.report(f"copies of {self.project}: {found}; they are written again or removed")
        return Duty(SWEEP, now if page.cursor else now + DAY, page.cursor)

    async def _trim(self, _: Duty, now: int) -> Duty:
        """The oldest events, counters of reads, and runs, of those that are kept no longer."""
        has_more = [await self._ask()(each) for each in ("audit.trim", "use.trim", "run.trim")]
        return Duty(RETENTION, now if any(has_more) else now + DAY)

    def _ask(self) -> Asking:
        return asking_itself(self.project, self.keyring, self.random, self.place)


def asking_itself(project: Project, keyring: Keyring, random: RandomBytes, place: Place) -> Asking:
    """Commands of a ledger to itself, in its own name."""
    origin = Origin(random(8).hex(), None)
    return Asking(project, SYSTEM, SYSTEM.role, origin, keyring, random, place.run)
