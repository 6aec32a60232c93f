"""What becomes of a project's log: its oldest events go, a lost audit key is replaced, and root
acknowledges that an event was changed.
"""

from __future__ import annotations

from positronic.audit import chain, retention
from positronic.commands import audit_keys, audit_reads
from positronic.commands.work import Plan, Work
from positronic.errors import Conflict, NotFound
from positronic.ledger.audit_key_rows import AUDIT_KEY, AUDIT_KEYS
from positronic.ledger.event_rows import EVENTS, ChainedEvent, event_row_id, sequence_of
from positronic.ledger.last_event import last_event
from positronic.rows import Row
from positronic.sealing.envelope import KEY_ID
from positronic.sealing.signing import Verdict


async def trim(work: Work) -> Plan:
    """Whether there may be more that are no longer kept. Signed for, and so without an event."""
    key = await audit_keys.held(work)
    if key is None:  # nothing is removed that cannot be signed for
        return Plan([], [], False)
    before = work.tools.clock() - work.tools.audit_retention
    gone = retention.trim(work.look.ledger, key, work.project, before)
    return Plan(gone, [], len(gone) >= retention.AT_ONCE)


async def restart(work: Work) -> Plan:
    """[key id, its first event's number, the id of the key before]: for a lost master key.

    The event of the restart is the first that is signed with the new audit key. Raises Conflict
    while the old one may be opened: its master key is held.
    """
    row = work.look.rows(AUDIT_KEYS.kind, [AUDIT_KEY]).get(AUDIT_KEY)
    if row is None:
        raise Conflict("the project has no audit key yet: its first event draws one")
    master = str(row.keys[0])
    if master in work.tools.keyring:
        raise Conflict(f"the audit key is not lost: its master key {master!r} is held")
    key, kept = await audit_keys.draw(work)
    last = last_event(work.look.ledger)
    sequence = sequence_of(last.id) + 1 if last else 1
    work.look.rows(EVENTS.kind, [event_row_id(sequence)])  # the event that says so has this number
    given_up = [retention.given_up(key, work.project, last)] if last else []
    before = _key_id(last)
    return Plan(
        [kept, *given_up],
        [before or "audit key"],
        [key.id, sequence, before],
        details={"sequence": sequence, "previousKeyId": before},
        audit_key=key,
    )


async def acknowledge(work: Work, sequence: int, digest: str) -> Plan:
    """An event that names a changed one by number and digest, and makes it no better.

    Raises NotFound, and Conflict for an event that was not changed.
    """
    row_id = event_row_id(sequence)
    there = work.look.rows(EVENTS.kind, [row_id, event_row_id(sequence - 1)])
    row = there.get(row_id)
    if row is None or chain.digest(row) != digest:
        raise NotFound("there is no event with this number and digest")
    key = await audit_keys.held(work)
    if audit_reads.verdict_of(work, key, EVENTS.item(row), there) is not Verdict.CHANGED:
        raise Conflict(f"event {sequence} was not changed")
    details = {"sequence": sequence, "digest": digest}
    return Plan([], [f"event {sequence}"], None, details=details)


def _key_id(row: Row | None) -> str | None:
    """The key that an event names: nobody can check it."""
    found = EVENTS.item(row) if row else None
    signature = found.event.signature if isinstance(found, ChainedEvent) else None
    return signature.key_id if signature and KEY_ID.fullmatch(signature.key_id) else None
