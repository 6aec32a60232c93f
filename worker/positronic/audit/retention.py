"""What is no longer kept of a ledger's events goes a few at a time, and is signed for.

So an event whose predecessor is missing has lost it to retention, or somebody removed it. Nothing
is signed for because a row says so: an event must be intact, and old by what is signed in it.
"""

from __future__ import annotations

from typing import Final

from positronic.audit import chain
from positronic.audit.audit_key import TRIMMED as PURPOSE
from positronic.audit.audit_key import AuditKey, verify
from positronic.ledger.event_rows import EVENTS, event_row_id
from positronic.ledger.setting_rows import SETTING, TRIMMED, TRIMMED_ID, Trimmed
from positronic.names import Project
from positronic.ports import Ledger, Signature, Unreadable
from positronic.rows import Change, Delete, Row
from positronic.sealing.signing import Verdict

_NOTHING: Final = Trimmed(0, chain.START, Signature("", ""))

AT_ONCE: Final = 4  # with each new event: faster than they come
ALONE: Final = 500  # in a step that does nothing else


def trim(
    ledger: Ledger, key: AuditKey, project: Project, before: int, most: int = AT_ONCE
) -> list[Change]:
    """Removes the oldest events, of a time before that, in their order. Part of a commit.

    The newest one stays, however old, so that the chain continues.
    """
    if not ledger.list(EVENTS.kind, "time", limit=1, high=before):
        return []
    start = _trimmed(ledger)
    if start is None or not (start == _NOTHING or _is_signed(key, project, start)):
        return []
    ids = [event_row_id(start.sequence + number) for number in range(1, most + 1)]
    rows, last = ledger.get(EVENTS.kind, ids), chain.newest(ledger)
    newest = last.id if last else None
    changes: list[Change] = []
    sequence, digest = start.sequence, start.digest
    for id_ in ids:
        if id_ not in rows or id_ == newest or not _is_over(key, project, rows[id_], before):
            break
        changes.append(Delete(EVENTS.kind, id_))
        sequence, digest = sequence + 1, chain.digest(rows[id_])
    if not changes:
        return []
    signature = key.sign(PURPOSE, *_signed(project, sequence, digest))
    return [*changes, TRIMMED.put(Trimmed(sequence, digest, signature))]


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
