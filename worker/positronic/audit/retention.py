"""What is no longer kept of a ledger's events goes once a day, and is signed for.

So an event whose predecessor is missing has lost it to retention, or somebody removed it. Nothing
is signed for because a row says so: an event must be intact, and old by what is signed in it.
"""

from __future__ import annotations

from typing import Final

from positronic.audit import chain
from positronic.audit.audit_key import TRIMMED as PURPOSE
from positronic.audit.audit_key import AuditKey, verify
from positronic.ledger.event_rows import EVENTS, event_row_id, sequence_of
from positronic.ledger.last_event import last_event
from positronic.ledger.setting_rows import SETTING, TRIMMED, TRIMMED_ID, Trimmed
from positronic.names import Project
from positronic.ports import Ledger, Signature, Unreadable
from positronic.rows import Change, Delete, Put, Row
from positronic.sealing.signing import Verdict

_NOTHING: Final = Trimmed(0, chain.START, Signature("", ""))

AT_ONCE: Final = 500  # in a step


def trim(ledger: Ledger, key: AuditKey, project: Project, before: int) -> list[Change]:
    """Removes the oldest events, of a time before that, in their order. Part of a commit.

    The newest one stays, however old, so that the chain continues.
    """
    old = ledger.list(EVENTS.kind, "time", limit=AT_ONCE, high=before)
    if not old:
        return []
    start = _trimmed(ledger)
    if start is None or not (start == _NOTHING or _is_signed(key, project, start)):
        return []
    # What stands up to there is under a lost key: already signed for, by `given_up`.
    first, end = event_row_id(start.sequence), event_row_id(0)
    unsigned: list[Change] = [Delete(EVENTS.kind, row.id) for row in old if first <= row.id < end]
    ids = [event_row_id(start.sequence + number) for number in range(1, AT_ONCE + 1)]
    rows, last = ledger.get(EVENTS.kind, ids), last_event(ledger)
    newest = last.id if last else None
    signed: list[Change] = []
    sequence, digest = start.sequence, start.digest
    for id_ in ids:
        if id_ not in rows or id_ == newest or not _is_over(key, project, rows[id_], before):
            break
        signed.append(Delete(EVENTS.kind, id_))
        sequence, digest = sequence + 1, chain.digest(rows[id_])
    if not signed:
        return unsigned
    signature = key.sign(PURPOSE, *_signed(project, sequence, digest))
    return [*unsigned, *signed, TRIMMED.put(Trimmed(sequence, digest, signature))]


def given_up(key: AuditKey, project: Project, last: Row) -> Put:
    """The key of all events up to this one is lost: the chain of the new key begins after it.

    They are kept as long as any, but nobody vouches for them.
    """
    sequence, digest = sequence_of(last.id), chain.digest(last)
    signature = key.sign(PURPOSE, *_signed(project, sequence, digest))
    return TRIMMED.put(Trimmed(sequence, digest, signature))


def was_trimmed(
    ledger: Ledger, key: AuditKey | None, project: Project, sequence: int, digest: str
) -> bool:
    """Whether retention removed this event, as the last one that it removed."""
    found = _trimmed(ledger)
    if found is None or (found.sequence, found.digest) != (sequence, digest):
        return False
    return _is_signed(key, project, found)


def _is_over(key: AuditKey, project: Project, row: Row, before: int) -> bool:
    found = EVENTS.item(row)
    if isinstance(found, Unreadable) or chain.verify(key, project, found) is not Verdict.INTACT:
        return False
    return found.event.time < before


def _is_signed(key: AuditKey | None, project: Project, trimmed: Trimmed) -> bool:
    signed = _signed(project, trimmed.sequence, trimmed.digest)
    return verify(key, trimmed.signature, PURPOSE, *signed) is Verdict.INTACT


def _trimmed(ledger: Ledger) -> Trimmed | None:
    """None: it cannot be read, and nothing more is removed."""
    row = ledger.get(SETTING, [TRIMMED_ID]).get(TRIMMED_ID)
    if row is None:
        return _NOTHING
    found = TRIMMED.item(row)
    return None if isinstance(found, Unreadable) else found


def _signed(project: Project, sequence: int, digest: str) -> tuple[str, ...]:
    return project, str(sequence), digest
