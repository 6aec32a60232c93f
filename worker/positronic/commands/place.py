"""The place of one project's changes and reads: its ledger, and what is done to it.

Nothing is locked. Sealing takes time, so a change reads, seals, then looks whether what it read is
still so and commits it with its event in one synchronous block; else it starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from positronic.access.authentication import PURPOSE as TOKEN
from positronic.access.authentication import (
    NobodyHere,
    TokenRefused,
    check_record,
    check_time,
    require,
)
from positronic.access.binding_refusals import NoProps, NotGranted
from positronic.audit import chain
from positronic.audit.audit_key import AuditKey
from positronic.audit.events import ACCEPTED, event_id
from positronic.commands import audit_keys, use_counts
from positronic.commands.arguments import Arguments
from positronic.commands.command import Command
from positronic.commands.noting import Noting
from positronic.commands.table import (
    ANSWERED_AGAIN,
    CHANGES,
    NEW_VALUES,
    READS,
    WITHOUT_STANDING,
)
from positronic.commands.work import Plan, Tools, Work
from positronic.errors import (
    Busy,
    CorruptRecord,
    LedgerFull,
    PositronicError,
    SecretExpired,
    Unauthenticated,
)
from positronic.ledger.copy_rows import OUTBOX, DueCopy
from positronic.ledger.duty_rows import DUTIES, first_duties
from positronic.ledger.event_rows import EVENTS, ChainedEvent
from positronic.ledger.look import Look
from positronic.ledger.setting_rows import OWNER
from positronic.ledger.token_rows import TOKENS
from positronic.ledger.use_rows import COUNTED
from positronic.names import Project
from positronic.ports import Event, Ledger
from positronic.roles import SYSTEM, Principal
from positronic.rows import ABSENT, Change, CommitConflict, Put, Where
from positronic.sealing.signing import Signer
from positronic.targets import outbox
from positronic.times import DAY

TRIES: Final = 20  # of several writers of one name, one at least comes through each time
RETRY_AFTER: Final = {"Retry-After": "1"}


class _Admitted(NamedTuple):
    """Who may make a command, and until when: milliseconds, None without an end."""

    principal: Principal
    expires_at: int | None


class Place:
    """`wake(at)`: something is due then, in milliseconds; called in the block of the commit.

    Without it, nothing is done later: nothing is copied, and no copy is noted as due.
    """

    def __init__(
        self,
        project: Project,
        ledger: Ledger,
        tools: Tools,
        wake: Callable[[int], None] | None = None,
    ) -> None:
        self._project = project
        self._ledger = ledger
        self._tools = tools
        self._wake = wake

    async def run(self, command: Command) -> object:
        """What the command answers. One that was sent before gets its first answer, or, where that
        is not kept, what there is now.
        """
        try:
            return await self._run(command)
        except TokenRefused as refused:
            # Later: the answer's time must not tell a known id from an unknown one.
            Noting(self._project, self._ledger, self._tools).token(refused, command.origin)
            raise
        except (NotGranted, NoProps, SecretExpired) as refused:
            Noting(self._project, self._ledger, self._tools).binding(refused, command)
            raise

    async def _run(self, command: Command) -> object:
        if command.newest != self._tools.keyring.newest:
            raise Busy("the keys are just changing; nothing was done", headers=RETRY_AFTER)
        if command.action not in WITHOUT_STANDING:
            await self._adopted(command)
        arguments = Arguments(command.arguments)
        if read := READS.get(command.action):
            look = Look(self._ledger)
            caller = self._admit(command, look).principal
            return await read(Work(self._project, look, self._tools, caller), arguments)
        change = CHANGES.get(command.action)
        if change is None:
            raise Busy("the command is of another version than this object; nothing was done")
        is_repeated = False
        for _ in range(TRIES):
            look = Look(self._ledger)
            admitted = self._admit(command, look)
            work = Work(self._project, look, self._tools, admitted.principal)
            if is_repeated and (first := self._first(command)) is not None:
                again = ANSWERED_AGAIN.get(command.action)
                return await again(work, arguments) if again else first.result
            try:
                if command.action in NEW_VALUES and self._tools.is_full():
                    raise LedgerFull("the project's ledger is full; no new value is taken")
                plan = await change(work, arguments)
                is_recorded, key = plan.names or plan.earlier, plan.audit_key
                if is_recorded and key is None:
                    key, kept = await audit_keys.obtain(work)
                    if kept:
                        plan = replace(plan, changes=[*plan.changes, *kept])
                return self._commit(command, admitted, look, plan, key)
            except CommitConflict:
                is_repeated = True
            except PositronicError:
                # It may be refused now because it was made before.
                if is_repeated or self._first(command) is None:
                    raise
                is_repeated = True
        raise Busy("other changes came in between; nothing was done", headers=RETRY_AFTER)

    async def _adopted(self, command: Command) -> None:
        """Raises Adopting, to a caller who may ask: nobody else causes a look at KV."""
        standing = self._tools.standing
        if not standing.is_adopted(self._ledger):
            self._admit(command, Look(self._ledger))
            await standing.check(self._ledger, self._tools.clock())

    def _admit(self, command: Command, look: Look) -> _Admitted:
        """Who sent it, if they may. Raises Unauthenticated, TokenRefused, Forbidden.

        The commit expects the token's row as it was looked at here.
        """
        caller, expires_at = command.caller, None
        if not isinstance(caller, Principal):
            try:
                record = look.one(TOKENS, caller.id)
            except CorruptRecord:
                record = None  # to the caller, a token that cannot be read is one that is not there
            now, signer = self._tools.clock(), Signer(self._tools.keyring, TOKEN)
            try:
                caller = check_record(signer, now, self._project, caller.hash, record)
            except Unauthenticated:
                # Looked up for a known id too, so that the time tells nothing of ids.
                is_owned = self._tools.standing.is_owned(self._ledger)
                if record is None and not is_owned:
                    raise NobodyHere(self._project) from None
                raise
            expires_at = record.expires_at if record else None
        require(caller, command.role)
        return _Admitted(caller, expires_at)

    def _first(self, command: Command) -> ChainedEvent | None:
        """The event of this very command, if it was made before. Raises CorruptRecord."""
        rows = self._ledger.list(EVENTS.kind, "command", low=command.id, high=f"{command.id}\0")
        return next((EVENTS.read(row) for row in rows), None)

    def _commit(
        self, command: Command, admitted: _Admitted, look: Look, plan: Plan, key: AuditKey | None
    ) -> object:
        # No await from here: nothing comes between these looks and the commit.
        now = self._tools.clock()
        check_time(admitted.principal, admitted.expires_at, now)
        plan.holds()
        is_copied = self._wake and self._tools.has_copies
        copies = [OUTBOX.put(DueCopy(name, now)) for name in plan.copies] if is_copied else []
        pushes, as_pushed = outbox.due_of(self._ledger, plan.copies, now)
        begun = self._begun(plan, now)
        reader, read_at = plan.reader or admitted.principal, plan.read_at or now
        reads = use_counts.counted(self._ledger, reader, plan.reads, read_at, plan.host)
        chained = self._chained(command, admitted.principal, plan, key, now) if key else []
        changes: list[Change] = [*plan.changes, *reads, *copies, *pushes, *begun, *chained]
        expect: dict[Where, int] = {}
        expect.update(look.expect.items())
        expect.update(as_pushed.items())
        expect.update({(one.kind, one.id): ABSENT for one in chained})
        expect[EVENTS.kind, "command", command.id] = ABSENT  # or else it was made before
        if changes and command.action not in WITHOUT_STANDING:
            more, as_expected = self._tools.standing.first_commit(self._ledger)
            changes += more
            expect.update(as_expected.items())
        self._ledger.commit(changes, expect)
        if chained:
            self._tools.last_event.put(chained[-1])
        is_due = bool(copies or pushes or plan.is_woken)
        if self._wake and (is_due or begun):
            self._wake(now if is_due else now + DAY)
        return plan.result

    def _chained(
        self, command: Command, principal: Principal, plan: Plan, key: AuditKey, now: int
    ) -> Sequence[Put]:
        """The rows of a plan's events, its own last."""
        rows: list[Put] = []
        last = self._tools.last_event.take(self._ledger)
        for event in plan.earlier:
            last = chain.append(last, key, self._project, event)
            rows.append(last)
        if plan.names:
            own = self._event(command, SYSTEM if plan.by_itself else principal, plan, now)
            kept = None if command.action in ANSWERED_AGAIN else plan.result
            rows.append(chain.append(last, key, self._project, own, command.id, kept))
        return rows

    def _begun(self, plan: Plan, now: int) -> Sequence[Change]:
        """With the first event: whose ledger it is, and what it has to do by itself."""
        if not plan.names or self._tools.standing.is_owned(self._ledger):
            return []
        return [OWNER.put(self._project), COUNTED.put(now), *map(DUTIES.put, first_duties(now))]

    def _event(self, command: Command, principal: Principal, plan: Plan, now: int) -> Event:
        return Event(
            id=event_id(now, self._tools.random),
            time=now,
            actor=principal.actor,
            action=plan.action or command.action,
            names=tuple(plan.names),
            outcome=ACCEPTED,
            request_id=command.origin.request_id,
            address=command.origin.address,
            details=plan.details,
        )
