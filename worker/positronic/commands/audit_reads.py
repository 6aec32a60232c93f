"""What a project's ledger says of its events, and whether each is as it was written."""

from __future__ import annotations

from collections.abc import Mapping

from positronic.adoption import old_events
from positronic.audit import chain, events, retention
from positronic.audit.audit_key import AuditKey
from positronic.commands import audit_keys
from positronic.commands.paging import by_id
from positronic.commands.work import Work
from positronic.ledger.event_rows import EVENTS, ChainedEvent, event_row_id
from positronic.ports import Unreadable
from positronic.rows import Row
from positronic.sealing.signing import Verdict


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[id, event as stores keep it, verdict] or [id], ...], cursor], newest first."""
    key = await audit_keys.held(work)
    rows, following = by_id(work, EVENTS.kind, cursor, limit)
    found = [EVENTS.item(row) for row in rows]
    there = {row.id: row for row in rows}
    older = {event_row_id(one.sequence - 1) for one in found if isinstance(one, ChainedEvent)}
    there |= work.look.ledger.get(EVENTS.kind, older - there.keys())
    return [[_item(work, key, one, there) for one in found], following]


def _item(
    work: Work, key: AuditKey | None, chained: ChainedEvent | Unreadable, there: Mapping[str, Row]
) -> list[object]:
    if isinstance(chained, Unreadable):
        return [chained.id]
    verdict = chain.verify(key, work.project, chained)
    if verdict is Verdict.INTACT and not _follows(work, key, chained, there):
        verdict = Verdict.CHANGED
    if verdict is Verdict.INTACT:
        verdict = old_events.verdict_of(chained.event)
    return [chained.event.id, events.encode(chained.event), verdict.value]


def _follows(
    work: Work, key: AuditKey | None, chained: ChainedEvent, there: Mapping[str, Row]
) -> bool:
    """Whether the event before is there, or was removed by retention.

    One that was changed says so itself; one that is missing, or was put in place of another, only
    its successor can.
    """
    sequence, digest = chained.sequence - 1, chained.previous
    if not sequence:
        return digest == chain.START
    row = there.get(event_row_id(sequence))
    if row is None:
        return retention.was_trimmed(work.look.ledger, key, work.project, sequence, digest)
    before = EVENTS.item(row)
    return chain.digest(row) == digest or not (
        isinstance(before, ChainedEvent)
        and chain.verify(key, work.project, before) is Verdict.INTACT
    )
