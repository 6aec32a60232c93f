"""What becomes of a project's log: its oldest events go, and a lost audit key is replaced."""

from __future__ import annotations

from positronic.audit import chain, retention
from positronic.commands import audit_keys
from positronic.commands.work import Plan, Work
from positronic.errors import Conflict
from positronic.ledger.audit_key_rows import AUDIT_KEY, AUDIT_KEYS
from positronic.ledger.event_rows import EVENTS, ChainedEvent, event_row_id, sequence_of
from positronic.ports import Ledger
from positronic.sealing.envelope import KEY_ID


async def trim(work: Work) -> Plan:
    """Whether there may be more that are no longer kept. Signed for, and so without an event."""
    key = await audit_keys.held(work)
    if key is None:  # nothing is removed that cannot be signed for
        return Plan([], [], False)
    before = work.tools.clock() - work.tools.audit_retention
    gone = retention.trim(work.look.ledger, key, work.project, before, retention.ALONE)
    return Plan(gone, [], len(gone) > retention.ALONE)


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
    sequence, before = _next(work.look.ledger)
    work.look.rows(EVENTS.kind, [event_row_id(sequence)])  # the event that says so has this number
    return Plan(
        [kept],
        [before or "audit key"],
        [key.id, sequence, before],
        details={"sequence": sequence, "previousKeyId": before},
        audit_key=key,
    )


def _next(ledger: Ledger) -> tuple[int, str | None]:
    """The number of the next event, and the key that the newest names: nobody can check it."""
    row = chain.newest(ledger)
    if row is None:
        return 1, None
    newest = EVENTS.item(row)
    signature = newest.event.signature if isinstance(newest, ChainedEvent) else None
    is_key_id = signature is not None and KEY_ID.fullmatch(signature.key_id)
    return sequence_of(row.id) + 1, signature.key_id if signature and is_key_id else None
