"""A project's master keys by id, and its rotation: a step at a time, while it is in use.

Versions and dates stay; only the key, the salt and the nonce are new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from positronic.access.authentication import PURPOSE, sign, verify
from positronic.commands.work import Plan, Work
from positronic.errors import CorruptRecord, Detail, UnknownKey
from positronic.ledger.secret_rows import STATES, VERSIONS, version_id
from positronic.ledger.token_rows import TOKENS
from positronic.names import Name
from positronic.ports import Unreadable
from positronic.rows import Change, Kind, Position, Row
from positronic.sealing.signing import Signer, Verdict

AT_ONCE: Final = 50  # records written in one step
SHOWN: Final = 200  # failures that one answer lists

_PAGE: Final = 200
_INDEX: Final = "master"
_PLACES: Final = ((STATES.kind, ""), (TOKENS.kind, "token "))  # kinds, and how a label begins


async def census(work: Work) -> object:
    """[[[key id, secrets, tokens], ...], unreadable]: each key that seals or signs something."""
    found: dict[str, list[int]] = {work.sealer.newest: [0, 0]}
    unreadable = 0
    readers: tuple[Callable[[Row], object], ...] = (STATES.item, TOKENS.item)
    for place, ((kind, _), item) in enumerate(zip(_PLACES, readers, strict=True)):
        for row in _rows(work, kind, None, None):
            if isinstance(item(row), Unreadable):
                unreadable += 1
            else:
                found.setdefault(_key_id(kind, row), [0, 0])[place] += 1
    return [[[key_id, *counts] for key_id, counts in sorted(found.items())], unreadable]


@dataclass(slots=True)
class _Step:
    """What one step has done so far."""

    changes: list[Change] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    copies: list[Name] = field(default_factory=list)
    failed: list[Detail] = field(default_factory=list)


async def rotate(work: Work) -> Plan:
    """[resealed, remaining, failed]: at most AT_ONCE records come under the newest key.

    `remaining` counts those that failed too.
    """
    step = _Step()
    for kind, prefix in _PLACES:
        for row in _outdated(work, kind):
            if len(step.labels) == AT_ONCE:
                break
            try:
                await _renew(work, kind, row, step)
                step.labels.append(f"{prefix}{row.id}")
            except (CorruptRecord, UnknownKey) as error:
                detail = Detail(error.code, error.message, name=f"{prefix}{row.id}")
                step.failed = [*step.failed, detail][:SHOWN]
    remaining = sum(_count_outdated(work, kind) for kind, _ in _PLACES) - len(step.labels)
    failed = [[detail.code, detail.error, detail.name] for detail in step.failed]
    return Plan(step.changes, step.labels, [len(step.labels), remaining, failed], step.copies)


async def _renew(work: Work, kind: Kind, row: Row, step: _Step) -> None:
    """Raises CorruptRecord, UnknownKey."""
    key_id = _key_id(kind, row)
    if key_id not in work.tools.keyring:
        raise UnknownKey(f"the master key {key_id!r} is not held")
    if kind == TOKENS.kind:
        step.changes.append(_signed_anew(work, row.id))
        return
    state = work.look.one(STATES, row.id)
    if state is None or state.deleted_at is not None:
        return
    version = work.look.one(VERSIONS, version_id(state.name, state.metadata.version))
    if version is None or version.metadata != state.metadata:
        raise CorruptRecord(f"the record of {state.name} cannot be opened")
    metadata = replace(state.metadata, key_id=work.sealer.newest)
    record = await work.sealer.seal(state.name, await work.sealer.open(version), metadata)
    step.changes += [STATES.put(replace(state, metadata=metadata)), VERSIONS.put(record)]
    step.copies.append(state.name)


def _signed_anew(work: Work, token_id: str) -> Change:
    record = work.look.one(TOKENS, token_id)
    signer = Signer(work.tools.keyring, PURPOSE)
    if record is None or verify(signer, work.project, record) is not Verdict.INTACT:
        raise CorruptRecord("the token's record was changed")
    return TOKENS.put(sign(signer, work.project, record))


def _outdated(work: Work, kind: Kind) -> Iterator[Row]:
    """Each row under another key than the newest, once."""
    newest = work.sealer.newest
    yield from _rows(work, kind, None, newest)
    yield from _rows(work, kind, f"{newest}\0", None)


def _count_outdated(work: Work, kind: Kind) -> int:
    newest, count = work.sealer.newest, work.look.ledger.count
    return count(kind, _INDEX, high=newest) + count(kind, _INDEX, low=f"{newest}\0")


def _rows(work: Work, kind: Kind, low: str | None, high: str | None) -> Iterator[Row]:
    after: Position | None = None
    while True:
        rows: Sequence[Row] = work.look.ledger.list(kind, _INDEX, after, _PAGE, low=low, high=high)
        yield from rows
        if len(rows) < _PAGE:
            return
        after = _key_id(kind, rows[-1]), rows[-1].id


def _key_id(kind: Kind, row: Row) -> str:
    return str(row.keys[kind.indexes.index(_INDEX)])
