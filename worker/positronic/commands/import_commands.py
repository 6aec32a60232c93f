"""Fills an empty ledger from an export: everything is checked first, then written page by page.

Until its last step the ledger answers 503 `adopting`, and an interrupted import continues where it
stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from positronic.adoption.leftovers import LEFTOVER, Leftover
from positronic.audit import chain
from positronic.audit.audit_key import AuditKey
from positronic.backup import pages
from positronic.backup.carried import restored
from positronic.commands import audit_keys
from positronic.commands.export_commands import check_item
from positronic.commands.work import Plan, Work
from positronic.errors import Conflict, InvalidRequest
from positronic.ledger.adoption_rows import ADOPTED, ADOPTED_ID, ADOPTING_ID, Adoption
from positronic.ledger.audit_key_rows import AUDIT_KEY, AUDIT_KEYS
from positronic.ledger.backup_rows import IMPORTED, IMPORTED_ID, IMPORTING, IMPORTING_ID, Import
from positronic.ledger.event_rows import EVENTS, ChainedEvent, sequence_of
from positronic.ledger.grant_rows import GRANTS
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState
from positronic.ledger.setting_rows import OWNER_ID, SETTING, Trimmed
from positronic.ledger.target_rows import TARGETS, SwitchedOn
from positronic.ledger.token_rows import TOKENS
from positronic.rows import Change, Delete, Put, Row
from positronic.sealing.signing import Verdict
from positronic.targets.scan import FROM_THE_START

ACTION: Final = "project.import"
CHECK: Final = "project.check"
COUNTS: Final = ("secrets", "versions", "tokens", "grants", "events", "unverified")

_COUNTED: Final = {
    STATES.kind: "secrets",
    VERSIONS.kind: "versions",
    TOKENS.kind: "tokens",
    GRANTS.kind: "grants",
}
_TICKET: Final = "import ticket"


@dataclass(frozen=True, slots=True)
class _Checked:
    """How far the check of a file is. `header`: its digest; `event`: the number and the digest that
    the next event must have, as the one before it in the file says; none: any.
    """

    header: str
    next: int = 0
    mac: str = ""
    has_all: bool = False
    event: tuple[int, str] = (0, "")
    secrets: int = 0
    versions: int = 0
    tokens: int = 0
    grants: int = 0
    events: int = 0
    unverified: int = 0


async def check(work: Work, header: str, page: str, ticket: str | None) -> object:
    """[ticket, counts of all steps]: each page in order, the first one without a ticket.

    Nothing is written. Raises InvalidRequest, Conflict, UnknownKey, CorruptRecord.
    """
    _is_for(work, header)
    progress = _Checked(pages.digest(header)) if ticket is None else _read(work, header, ticket)
    if ticket is None:
        _begun(work, header)
    sealed, lines = pages.opened(work.tools.keyring, header, page, progress.mac)
    if sealed.number != progress.next or progress.has_all:
        raise InvalidRequest("the pages of the export are not in their order")
    key = await _audit_key(work, header)
    found = replace(
        progress, next=progress.next + 1, mac=sealed.signature.mac, has_all=sealed.is_last
    )
    for line in lines:
        found = await _check_line(work, key, found, line)
    if sealed.is_last and not _is_whole(found, lines):
        found = replace(found, unverified=found.unverified + 1)
    counts = [getattr(found, one) for one in COUNTS]
    return [_written(work, found), counts]


async def bring(work: Work, header: str, page: str, ticket: str, *, is_known: bool) -> Plan:
    """[is it over, the number of the page to send next]. `ticket`: of a check of all pages.

    A page that is not the next one changes nothing. The last step comes after the last page, and
    only if the directory has the project.
    """
    _is_for(work, header)
    checked = _read(work, header, ticket)
    if not checked.has_all:
        raise InvalidRequest("the export was not checked to its end")
    standing = _begun(work, header)
    if standing is None:
        return Plan([], [], [True, checked.next])
    if standing.has_all:
        return _finish(work, checked, standing) if is_known else _at(standing)
    # Pages are numbered in the file: what was written before is not written again.
    if pages.number_of(page) != standing.next:
        return _at(standing)
    sealed, lines = pages.opened(work.tools.keyring, header, page, standing.mac)
    rows = [restored(*pages.read_line(line)) for line in lines]
    changes: list[Change] = [put for put, _ in rows]
    if standing.next == 0:
        changes.append(_audit_key_row(header))
    following = Import(
        standing.header, standing.next + 1, sealed.signature.mac, has_all=sealed.is_last
    )
    copies = [item.name for _, item in rows if isinstance(item, SecretState) and item.is_live]
    return Plan([*changes, IMPORTING.put(following)], [], [False, following.next], copies)


def _finish(work: Work, checked: _Checked, standing: Import) -> Plan:
    """Targets may have what is newer than the export, and may still be another Worker's: all that
    they get is due again, once somebody says so.
    """
    changes: list[Change] = [
        ADOPTED.put(Adoption()),
        IMPORTED.put(standing),
        Delete(SETTING, IMPORTING_ID),
        LEFTOVER.put(Leftover(work.tools.clock())),
        *_targets_again(work),
    ]
    details = {one: getattr(checked, one) for one in COUNTS}
    answer = [True, standing.next]
    return Plan(changes, [work.project], answer, details=details, is_woken=True)


def _targets_again(work: Work) -> list[Change]:
    found = [TARGETS.item(row) for row in work.look.ledger.list(TARGETS.kind)]
    return [
        TARGETS.put(replace(one, scan=FROM_THE_START, is_fresh=True, is_paused=True))
        for one in found
        if isinstance(one, SwitchedOn)
    ]


def _begun(work: Work, header: str) -> Import | None:
    """How far the import of this file is; None: it is over. Raises Conflict."""
    look, digest = work.look, pages.digest(header)
    found = look.rows(SETTING, [ADOPTED_ID, ADOPTING_ID, OWNER_ID])
    standing = look.one(IMPORTING, IMPORTING_ID)
    if standing is not None and standing.header == digest:
        return standing
    if standing is not None:
        raise Conflict(
            "the import of another export into this project is not finished: continue with its file"
        )
    done = look.one(IMPORTED, IMPORTED_ID)
    if done is not None and done.header == digest:
        return None
    kinds = (STATES.kind, VERSIONS.kind, TOKENS.kind, EVENTS.kind, AUDIT_KEYS.kind)
    if found or any(look.ledger.list(kind, limit=1) for kind in kinds):
        raise Conflict("this project's ledger is not empty; an export goes only into an empty one")
    return Import(digest)


def _is_for(work: Work, header: str) -> None:
    """Raises Conflict, InvalidRequest, InvalidName."""
    project = pages.read_header(header).project
    if project != work.project:
        raise Conflict(f"the export is of the project {project}, and this is {work.project}")


def _audit_key_row(header: str) -> Put:
    text = pages.read_header(header).audit_key
    return restored(AUDIT_KEYS.kind.name, AUDIT_KEY, text)[0]


async def _audit_key(work: Work, header: str) -> AuditKey:
    """Raises InvalidRequest, CorruptRecord, UnknownKey."""
    row = _audit_key_row(header)
    return await audit_keys.opened(work, AUDIT_KEYS.read(Row(row.id, row.text, row.keys, 0)))


async def _check_line(work: Work, key: AuditKey, found: _Checked, line: str) -> _Checked:
    kind, id_, text = pages.read_line(line)
    put, item = restored(kind, id_, text)
    if put.kind == EVENTS.kind:
        return _check_event(work, key, found, put, item)
    await check_item(work, kind, item)
    which = _COUNTED.get(put.kind)
    if which is None:
        return found
    return replace(found, **{which: getattr(found, which) + 1})


def _check_event(work: Work, key: AuditKey, found: _Checked, put: Put, item: object) -> _Checked:
    """The newest one comes first: each says what the one after it in the file must be."""
    number, digest = found.event
    sequence = sequence_of(put.id)
    is_right = (not number or (sequence, chain.digest(put)) == (number, digest)) and (
        isinstance(item, ChainedEvent) and chain.verify(key, work.project, item) is Verdict.INTACT
    )
    following = (sequence - 1, item.previous) if isinstance(item, ChainedEvent) else (0, "")
    return replace(
        found,
        event=following,
        events=found.events + 1,
        unverified=found.unverified + (not is_right),
    )


def _is_whole(found: _Checked, lines: Sequence[str]) -> bool:
    """Whether the oldest event is the first, or the one after those that retention removed."""
    if found.event == (0, chain.START) or not found.events:
        return True
    items = [restored(*pages.read_line(line))[1] for line in lines]
    trimmed = next((one for one in items if isinstance(one, Trimmed)), None)
    return trimmed is not None and trimmed.sequence >= found.event[0]


def _at(standing: Import) -> Plan:
    return Plan([], [], [False, standing.next])


def _written(work: Work, checked: _Checked) -> str:
    return pages.write_state(work.tools.keyring, _TICKET, work.project, asdict(checked))


def _read(work: Work, header: str, ticket: str) -> _Checked:
    """Raises InvalidRequest."""
    found: Mapping[str, Any] = pages.read_state(work.tools.keyring, _TICKET, work.project, ticket)
    number, digest = found["event"]
    checked = _Checked(**{**found, "event": (number, digest)})
    if checked.header != pages.digest(header):
        raise InvalidRequest("the pages are of several exports; nothing was done")
    return checked
