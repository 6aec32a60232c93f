"""What a project's ledger says of its events, and whether each is as it was written."""

from __future__ import annotations

from positronic.audit import chain, events
from positronic.commands.paging import by_id
from positronic.commands.work import Work
from positronic.ledger.event_rows import EVENTS, ChainedEvent
from positronic.ports import Unreadable
from positronic.sealing.signing import Signer, Verdict


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[id, event as stores keep it, verdict] or [id], ...], cursor], newest first."""
    rows, following = by_id(work, EVENTS.kind, cursor, limit)
    signer = Signer(work.tools.keyring, events.PURPOSE)
    return [[_item(work, signer, EVENTS.item(row)) for row in rows], following]


def _item(work: Work, signer: Signer, chained: ChainedEvent | Unreadable) -> list[object]:
    if isinstance(chained, Unreadable):
        return [chained.id]
    verdict = chain.verify(signer, work.project, chained)
    return [chained.event.id, events.encode(chained.event), Verdict(verdict).value]
