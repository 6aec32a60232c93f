"""A project's events, as its ledger answers; and events of what changes nothing there."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import Any

from positronic.audit import events
from positronic.audit.wanted import Wanted
from positronic.commands.asking import Asking
from positronic.errors import AuditUnavailable, Busy, OutcomeUnknown, StoreFailed
from positronic.ports import Event, Page
from positronic.sealing.signing import Verdict


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event, what the ledger says of it, and its place in the chain: its number and digest.

    `sequence`: None for a row that has no place there.
    """

    event: Event
    verdict: Verdict
    sequence: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class EventsPage(Page[ListedEvent]):
    """`head`: the number and the digest of the newest event."""

    head: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """The audit key from event `sequence` on, and the one before, if the last event names one."""

    key_id: str
    sequence: int
    previous_key_id: str | None


class LedgerLog:
    """Each event of a page, and what its signature says of it in its place in the chain."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def list(self, cursor: str | None, limit: int, wanted: Wanted) -> EventsPage:
        """Newest first. A page may be short, or empty with filters, and not the last."""
        found, following, head = await self._ask(
            "audit.list", cursor=cursor, limit=limit, wanted=list(astuple(wanted))
        )
        return EventsPage([_listed(one) for one in found], following, head and tuple(head))

    async def restart(self) -> Restart:
        """Draw a new audit key, because the old one's master key is lost. Raises Conflict."""
        return Restart(*await self._ask("audit.restart"))

    async def acknowledge(self, sequence: int, digest: str) -> None:
        """Record that root knows of this changed event. Raises NotFound, Conflict."""
        await self._ask("audit.acknowledge", sequence=sequence, digest=digest)


def _listed(found: list[Any]) -> ListedEvent:
    if len(found) == 3:
        id_, sequence, digest = found
        return ListedEvent(events.decode(id_, ""), Verdict.CHANGED, sequence, digest)
    id_, text, details, verdict, sequence, digest = found
    event = replace(events.decode(id_, text), details=details)
    return ListedEvent(event, Verdict(verdict), sequence, digest)


class LedgerAuditor:
    """Records what somebody does outside the ledger."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def root_replaced(self) -> None:
        """Record that the caller's root token is a new one."""
        await self._ask("root.replace", names=["root"])

    async def announce(self, action: str, **arguments: object) -> None:
        """Record what is about to be done. Raises AuditUnavailable, and then it must not be done,
        although it may be recorded; TooManyRuns.
        """
        try:
            await self._ask(action, **arguments)
        except (StoreFailed, Busy, OutcomeUnknown):
            raise AuditUnavailable("the audit log cannot be written; nothing was done") from None
