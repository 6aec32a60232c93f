"""A project's events, as its ledger answers; and events that say what a run does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from positronic.audit import events
from positronic.commands.asking import Asking
from positronic.errors import AuditUnavailable, Busy, OutcomeUnknown, StoreFailed
from positronic.ports import Event, Page
from positronic.sealing.signing import Verdict


class LedgerLog:
    """Each event of a page, and what its signature says of it in its place in the chain."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask
        self._told: dict[int, tuple[Event, Verdict]] = {}  # by identity: two may have one id

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        """Newest first."""
        found, following = await self._ask("audit.list", cursor=cursor, limit=limit)
        return Page([self._event(*one) for one in found], following)

    def verdict(self, event: Event) -> Verdict:
        """Of this very event, which `list` gave."""
        return self._told[id(event)][1]

    def _event(self, id_: str, text: str = "", verdict: str = Verdict.CHANGED) -> Event:
        event = events.decode(id_, text)
        self._told[id(event)] = event, Verdict(verdict)
        return event


class LedgerAuditor:
    """Records what somebody does who changes nothing in the ledger."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def accepted(self, action: str, names: Iterable[str]) -> None:
        """Raises AuditUnavailable, and then it must not be done."""
        try:
            await self._ask(action, names=list(names))
        except (StoreFailed, Busy, OutcomeUnknown):
            raise AuditUnavailable("the audit log cannot be written; nothing was done") from None

    async def copied(self, id_: str, versions: Mapping[str, int], at: int) -> None:
        """What a run read from copies before. Raises AuditUnavailable."""
        try:
            await self._ask.once(id_, "brain.settle", versions=dict(versions), at=at)
        except (StoreFailed, Busy, OutcomeUnknown):
            raise AuditUnavailable("the audit log cannot be written") from None
