"""What a project's ledger says of its events, and whether each is as it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from positronic.adoption import old_events
from positronic.audit import chain, events, retention
from positronic.audit.audit_key import AuditKey
from positronic.audit.wanted import Wanted
from positronic.commands import audit_keys
from positronic.commands.paging import page
from positronic.commands.work import Work
from positronic.ledger.event_rows import EVENTS, ChainedEvent, event_row_id, sequence_of
from positronic.ledger.last_event import MAX_EVENTS, last_event
from positronic.ports import Unreadable
from positronic.rows import Row
from positronic.sealing.signing import Verdict

MAX_SCANNED: Final = 1000  # rows that one call looks at
MAX_TEXT: Final = 4_000_000  # their characters, about: an answer must fit an RPC's 32 MiB
READ_AT_ONCE: Final = 50  # rows in memory that may not be wanted


async def listed(work: Work, cursor: str | None, limit: int, wanted: Wanted) -> object:
    """[[event, ...], cursor, head], newest first. `head`: [number, digest] of the newest, or None.

    An event: [id, event as stores keep it, details, verdict, number, digest], or [id, number,
    digest] if it cannot be read. A page may be short, or empty with filters, and not the last.
    """
    key = await audit_keys.held(work)
    rows, following = _page(work, cursor, limit, wanted)
    there = {row.id: row for row in rows}
    numbers = [number for row in rows if (number := _number(row.id))]
    older = {event_row_id(number - 1) for number in numbers}
    there |= work.look.ledger.get(EVENTS.kind, older - there.keys())
    newest = last_event(work.look.ledger)
    head = [sequence_of(newest.id), chain.digest(newest)] if newest else None
    items = [_item(work, key, row, there) for row in rows]
    return [items, following, head]


def verdict_of(
    work: Work, key: AuditKey | None, chained: ChainedEvent | Unreadable, there: Mapping[str, Row]
) -> Verdict:
    """Whether it is as it was written, in its place. `there`: among others, the row before it."""
    if isinstance(chained, Unreadable):
        return Verdict.CHANGED
    verdict = chain.verify(key, work.project, chained)
    if verdict is not Verdict.INTACT:
        return verdict
    if not _follows(work, key, chained, there):
        return Verdict.CHANGED
    return old_events.verdict_of(chained.event)


def _page(
    work: Work, cursor: str | None, limit: int, wanted: Wanted
) -> tuple[Sequence[Row], str | None]:
    found: list[Row] = []
    scanned = size = 0
    while True:
        rows, following = page(work, EVENTS.kind, cursor, READ_AT_ONCE)
        for row in rows:
            scanned, size = scanned + 1, size + len(row.text)
            if _is_wanted(row, wanted):
                found.append(row)
            if len(found) == limit or scanned == MAX_SCANNED or size >= MAX_TEXT:
                is_last = following is None and row is rows[-1]
                return found, None if is_last else f"={row.id}"
        if following is None:
            return found, None
        cursor = following


def _is_wanted(row: Row, wanted: Wanted) -> bool:
    if wanted.is_everything:
        return True
    one = EVENTS.item(row)
    return isinstance(one, ChainedEvent) and wanted.matches(one.event)


def _item(work: Work, key: AuditKey | None, row: Row, there: Mapping[str, Row]) -> list[object]:
    chained, digest = EVENTS.item(row), chain.digest(row)
    if isinstance(chained, Unreadable):
        return [row.id, _number(row.id), digest]
    event, verdict = chained.event, verdict_of(work, key, chained, there)
    kept = events.encode(event)
    return [event.id, kept, dict(event.details), verdict.value, chained.sequence, digest]


def _number(row_id: str) -> int | None:
    """None for a row that has no place in the chain: somebody else put it there."""
    is_ours = row_id.isascii() and row_id.isdigit() and len(row_id) == len(event_row_id(1))
    number = sequence_of(row_id) if is_ours else 0
    return number if 0 < number < MAX_EVENTS else None


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
