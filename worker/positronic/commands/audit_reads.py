"""What a project's ledger says of its events, and whether each is as it was written."""

from __future__ import annotations

from collections.abc import Set

from positronic.audit import chain, events, retention
from positronic.commands.paging import by_id
from positronic.commands.work import Work
from positronic.ledger.event_rows import EVENTS, ChainedEvent, event_row_id
from positronic.ports import Unreadable
from positronic.sealing.signing import Signer, Verdict


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[id, event as stores keep it, verdict] or [id], ...], cursor], newest first."""
    rows, following = by_id(work, EVENTS.kind, cursor, limit)
    found = [EVENTS.item(row) for row in rows]
    older = {event_row_id(one.sequence - 1) for one in found if isinstance(one, ChainedEvent)}
    there = {row.id for row in rows} | work.look.ledger.get(
        EVENTS.kind, older - {row.id for row in rows}
    ).keys()
    signer = Signer(work.tools.keyring, events.PURPOSE)
    return [[_item(work, signer, one, there) for one in found], following]


def _item(
    work: Work, signer: Signer, chained: ChainedEvent | Unreadable, there: Set[str]
) -> list[object]:
    if isinstance(chained, Unreadable):
        return [chained.id]
    verdict, before = chain.verify(signer, work.project, chained), chained.sequence - 1
    # One that was changed says so itself; one that is missing only its successor can.
    if before and event_row_id(before) not in there:
        ledger = work.look.ledger
        if not retention.was_trimmed(ledger, signer, work.project, before):
            verdict = Verdict.CHANGED
    return [chained.event.id, events.encode(chained.event), verdict.value]
