"""Events of what was refused: recorded later, so that no answer waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from positronic.access.authentication import TokenRefused
from positronic.access.foreign_calls import ForeignCalls
from positronic.audit import chain
from positronic.audit.events import REFUSED, Origin, event_id
from positronic.commands import audit_keys
from positronic.commands.arguments import Arguments
from positronic.commands.binding_commands import READ
from positronic.commands.command import Command
from positronic.commands.message import ForeignCommand
from positronic.commands.work import Tools, Work
from positronic.errors import PositronicError
from positronic.ledger.backup_rows import IMPORTING_ID
from positronic.ledger.look import Look
from positronic.ledger.setting_rows import SETTING
from positronic.names import Project
from positronic.ports import Event, Ledger
from positronic.roles import BINDING, Principal
from positronic.rows import ABSENT, CommitConflict

TRIES: Final = 5

_NOWHERE: Final = Origin("", None)
_WORKER: Final = {"type": "worker", "id": "unknown", "name": "unknown"}


class Noting:
    """For one project's ledger."""

    def __init__(self, project: Project, ledger: Ledger, tools: Tools) -> None:
        self._project = project
        self._ledger = ledger
        self._tools = tools

    def token(self, refused: TokenRefused, origin: Origin) -> None:
        """A token that is known and did not open. During an import, its events come first."""
        is_filling = IMPORTING_ID in self._ledger.get(SETTING, [IMPORTING_ID])
        if not is_filling and self._tools.audit_throttle.allows(refused.principal.id):
            caller = refused.principal
            self._later("token.use", caller.actor, refused.code, origin, {})

    def binding(self, refused: PositronicError, command: Command) -> None:
        """What an app was refused: once a minute and code, with the names that it asked for then.

        A ledger that nobody wrote to stays empty.
        """
        caller = command.caller
        if not isinstance(caller, Principal) or caller.kind != BINDING:
            return
        if not self._tools.standing.is_owned(self._ledger):
            return
        if self._tools.audit_throttle.allows(f"{self._project} {caller.id} {refused.code}"):
            names = tuple(one.name for one in refused.details if one.name)
            self._later(
                READ, caller.actor, refused.code, command.origin, {}, names or _asked(command)
            )

    def foreign(self, refused: ForeignCommand, calls: ForeignCalls) -> None:
        """A command of another Worker. A ledger that nobody wrote to stays empty."""
        if not self._tools.standing.is_owned(self._ledger):
            return
        if count := calls.one_more(self._project):
            details: dict[str, object] = {"count": count}
            if refused.key_id:
                details["keyId"] = refused.key_id
            self._later("foreign.call", _WORKER, refused.reason, _NOWHERE, details)

    def _later(
        self,
        action: str,
        actor: Mapping[str, str],
        code: str,
        origin: Origin,
        details: dict[str, object],
        names: tuple[str, ...] = (),
    ) -> None:
        now = self._tools.clock()
        event = Event(
            *(event_id(now, self._tools.random), now, actor, action, names, REFUSED),
            *(origin.request_id, code, origin.address),
            details=details,
        )
        self._tools.in_background(self._record(event))

    async def _record(self, event: Event) -> None:
        """Raises nothing: nobody waits for this who could be told."""
        for _ in range(TRIES):
            with suppress(CommitConflict, PositronicError):
                work = Work(self._project, Look(self._ledger), self._tools)
                key, kept = await audit_keys.obtain(work)
                last = self._tools.last_event.take(self._ledger)
                row = chain.append(last, key, self._project, event)
                expect = work.look.expect | {(row.kind, row.id): ABSENT}
                self._ledger.commit([*kept, row], expect)
                self._tools.last_event.put(row)
                return


def _asked(command: Command) -> tuple[str, ...]:
    """The names of a command that was carried out, which has checked them."""
    arguments = Arguments(command.arguments)
    return tuple(arguments.names("names")) if command.action == READ else ()
