"""A project's rows as pages of a file, sealed as they are kept: no value, no key.

What may change is read first, and only if nothing was committed from its first page to its last;
then the chain of events, up to where it was then, while others are added to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from positronic.access.authentication import PURPOSE as TOKEN
from positronic.access.authentication import verify
from positronic.audit import chain
from positronic.backup import pages
from positronic.backup.carried import CODECS, KINDS, SETTINGS
from positronic.commands.work import Plan, Work
from positronic.errors import Conflict, CorruptRecord, NotFound, UnknownKey
from positronic.ledger.audit_key_rows import AUDIT_KEY, AUDIT_KEYS
from positronic.ledger.backup_rows import EXPORTED, EXPORTED_ID
from positronic.ledger.event_rows import EVENTS, event_row_id, sequence_of
from positronic.ledger.last_event import last_event
from positronic.ledger.secret_rows import VERSIONS
from positronic.ledger.setting_rows import SETTING
from positronic.ledger.token_rows import TOKENS
from positronic.ports import Record, TokenRecord, Unreadable
from positronic.rows import Kind, Row
from positronic.sealing.signing import Signer, Verdict

ACTION: Final = "project.export"
MAX_ROWS: Final = 500  # of one page
MAX_TEXT: Final = 1_500_000  # characters of a page, about: an import takes it as one body

_CURSOR: Final = "export cursor"
_READ_AT_ONCE: Final = 50
_OPENED_AT_ONCE: Final = 4  # a provider of values takes its time for each


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where an export is: in which kind, after which row, and what the last page was.

    `head`: the number and the digest of the newest event when the first page was read.
    """

    id: str
    at: int
    header: str = ""
    head: tuple[int, str] = (0, "")
    number: int = 0
    mac: str = ""
    kind: int = 0
    after: str | None = None


@dataclass(slots=True)
class _Found:
    """The rows of one page."""

    rows: list[tuple[Kind, Row]] = field(default_factory=list)
    size: int = 0
    kind: int = 0
    after: str | None = None

    def is_full(self) -> bool:
        return len(self.rows) >= MAX_ROWS or self.size >= MAX_TEXT

    @property
    def is_last(self) -> bool:
        return self.kind == len(KINDS)


async def export(work: Work, cursor: str | None) -> Plan:
    """[text of a page, cursor, [[code, error, label] of each row that is left out, ...]].

    The first step records that there is an export, and has no page. Raises Conflict if the project
    was changed between two pages: start again.
    """
    if not work.tools.standing.is_adopted(work.look.ledger):
        raise NotFound("this project has no ledger")
    if cursor is None:
        begun = _Walk(work.tools.random(16).hex(), work.tools.clock())
        return Plan([], [work.project], ["", _written(work, begun), []])
    walk = _read(work, cursor)
    # No await from here until the page is read.
    walk, header = _checked(work, walk)
    found = _page(work, walk)
    lines, failed = [header] if walk.number == 0 else [], list[list[str]]()
    written: list[str] = []
    faults = await _faults(work, found.rows)
    for (kind, row), error in zip(found.rows, faults, strict=True):
        if error:
            failed.append([error.code, error.message, _label(kind, row)])
        else:
            written.append(pages.write_line(kind.name, row.id, row.text))
    text, mac = pages.seal(
        *(work.tools.keyring, header, written, walk.number, walk.mac), is_last=found.is_last
    )
    text = "\n".join((*lines, text))
    if found.is_last:
        return Plan([EXPORTED.put(walk.at)], [], [text, None, failed])
    following = _Walk(
        *(walk.id, walk.at, walk.header, walk.head, walk.number + 1, mac),
        *(found.kind, found.after),
    )
    return Plan([], [], [text, _written(work, following), failed])


async def exported(work: Work) -> object:
    """When the last complete export was begun, in milliseconds; None: there was none."""
    row = work.look.rows(SETTING, [EXPORTED_ID]).get(EXPORTED_ID)
    found = None if row is None else EXPORTED.item(row)
    return None if isinstance(found, Unreadable) else found


def _checked(work: Work, walk: _Walk) -> tuple[_Walk, str]:
    """The header, and where the export is; its head, if this is the first page. Raises Conflict."""
    key = work.look.rows(AUDIT_KEYS.kind, [AUDIT_KEY]).get(AUDIT_KEY)
    newest = last_event(work.look.ledger)
    if key is None or newest is None:
        raise Conflict("the project has no events, and so nothing to export")
    header = pages.write_header(pages.Header(work.project, walk.id, walk.at, key.text))
    head = sequence_of(newest.id), chain.digest(newest)
    if walk.number == 0:
        begun = _Walk(walk.id, walk.at, pages.digest(header), head)
        return begun, header
    is_changed = walk.kind < KINDS.index(EVENTS.kind) and head != walk.head
    if is_changed or pages.digest(header) != walk.header:
        raise Conflict("the project was changed during the export; start again")
    return walk, header


def _page(work: Work, walk: _Walk) -> _Found:
    found = _Found(kind=walk.kind, after=walk.after)
    while not (found.is_full() or found.is_last):
        rows = _next(work, walk, found)
        for row in rows:
            found.rows.append((KINDS[found.kind], row))
            found.size, found.after = found.size + len(row.text), row.id
            if found.is_full():
                break
        if not rows:
            found.kind, found.after = found.kind + 1, None
    if found.is_last:
        settings = work.look.ledger.get(SETTING, SETTINGS)
        found.rows += [(SETTING, row) for row in settings.values()]
    return found


def _next(work: Work, walk: _Walk, found: _Found) -> Sequence[Row]:
    kind, low, high = KINDS[found.kind], "", None
    if kind is EVENTS.kind:
        low, high = event_row_id(walk.head[0]), event_row_id(0)
    after = None if found.after is None else (found.after, found.after)
    return work.look.ledger.list(kind, after=after, limit=_READ_AT_ONCE, low=low, high=high)


async def _faults(
    work: Work, rows: Sequence[tuple[Kind, Row]]
) -> Sequence[CorruptRecord | UnknownKey | None]:
    found: list[CorruptRecord | UnknownKey | None] = []
    for start in range(0, len(rows), _OPENED_AT_ONCE):
        some = rows[start : start + _OPENED_AT_ONCE]
        found += await asyncio.gather(*(_fault(work, kind, row) for kind, row in some))
    return found


async def _fault(work: Work, kind: Kind, row: Row) -> CorruptRecord | UnknownKey | None:
    """Why a row is of no use to anybody; events stay as they are, for the chain."""
    if kind == EVENTS.kind:
        return None
    items = [codec.item(row) for codec in CODECS[kind.name]]
    item = next((one for one in items if not isinstance(one, Unreadable)), None)
    if item is None:
        return CorruptRecord("it cannot be read")
    try:
        await check_item(work, kind.name, item)
    except (CorruptRecord, UnknownKey) as error:
        return error
    return None


async def check_item(work: Work, kind: str, item: object) -> None:
    """That a version opens, unless it is destroyed, and that a token is as it was signed.

    Raises CorruptRecord, UnknownKey.
    """
    if kind == VERSIONS.kind.name and isinstance(item, Record) and item.sealed:
        await work.tools.values.open(item)
    if kind == TOKENS.kind.name and isinstance(item, TokenRecord):
        verdict = verify(Signer(work.tools.keyring, TOKEN), work.project, item)
        if verdict is Verdict.UNKNOWN_KEY:
            raise UnknownKey("the token is signed with a master key that is not held")
        if verdict is not Verdict.INTACT:
            raise CorruptRecord("the token's record was changed")


def _label(kind: Kind, row: Row) -> str:
    return row.id if kind == VERSIONS.kind else f"{kind.name} {row.id}"


def _written(work: Work, walk: _Walk) -> str:
    return pages.write_state(work.tools.keyring, _CURSOR, work.project, asdict(walk))


def _read(work: Work, cursor: str) -> _Walk:
    """Raises InvalidRequest."""
    found: Mapping[str, Any] = pages.read_state(work.tools.keyring, _CURSOR, work.project, cursor)
    number, digest = found["head"]
    return _Walk(**{**found, "head": (number, digest)})
