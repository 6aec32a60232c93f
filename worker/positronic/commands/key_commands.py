"""A project's master keys by id, and its rotation: a step at a time, while it is in use.

Versions and dates stay; only the key, the salt and the nonce are new. A step says where it stopped,
so that the next one need not look again at what does not open; nothing is remembered here, and so
several may rotate at once. Copies follow by the outbox, and count until they have.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from positronic.access.authentication import PURPOSE, sign, verify
from positronic.commands import audit_keys
from positronic.commands.work import Plan, Work
from positronic.errors import CorruptRecord, Detail, InvalidRequest, UnknownKey
from positronic.ledger.audit_key_rows import AUDIT_KEYS
from positronic.ledger.copy_rows import PUBLISHED
from positronic.ledger.secret_rows import STATES, VERSIONS, name_of, version_from
from positronic.ledger.token_rows import TOKENS
from positronic.names import Name
from positronic.ports import Ledger
from positronic.rows import Change, Kind, Position, Row
from positronic.sealing.signing import Signer, Verdict

AT_ONCE: Final = 50  # records that one step looks at

_INDEX: Final = "master"
_CURSOR: Final = re.compile(r"([0-9]):([0-9]{1,15}):([A-Za-z0-9_-]{1,32}):(.{1,200})")


@dataclass(slots=True)
class _Step:
    """What one step has done so far."""

    work: Work
    changes: list[Change] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    copies: list[Name] = field(default_factory=list)
    failed: list[Detail] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Rows of one kind under master keys.

    `renew` answers with what brings a row under the newest key; nothing: it was deleted meanwhile.
    Raises CorruptRecord, UnknownKey.
    """

    kind: Kind
    label: Callable[[Row], str]
    renew: Callable[[_Step, Row], Awaitable[Sequence[Change]]]


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where a rotation is: in which place, after which row. `left`: records when it began."""

    place: int = 0
    after: Position | None = None
    left: int | None = None


async def census(work: Work) -> object:
    """[[[key id, secrets, tokens, audit keys, copies], ...], at the provider]: each key in use, and
    the newest; how many values a provider keeps, None: there is none.
    """
    ledger = work.look.ledger
    found = {key_id for kind in _kinds(work) for key_id in _key_ids(ledger, kind)}
    uses = [
        [key_id, *(_count(ledger, kind, key_id, f"{key_id}\0") for kind in _KINDS)]
        for key_id in sorted(found | {work.sealer.newest})
    ]
    elsewhere = work.tools.values.newest
    is_kept = VERSIONS.kind in _kinds(work)
    return [uses, None if is_kept else _count(ledger, VERSIONS.kind, elsewhere, f"{elsewhere}\0")]


async def rotate(work: Work, cursor: str | None) -> Plan:
    """[resealed, remaining, failed, cursor]: at most AT_ONCE records come under the newest key.

    `remaining` includes copies and what failed. It is counted at the beginning and at the end,
    where there is no cursor; between them it goes by what was left then.
    """
    walk, step = _Walk() if cursor is None else _read(cursor), _Step(work)
    found = _outdated(work, walk)
    for place, row in found:
        await _try(step, place, row)
    resealed = len(step.labels)
    following, left = None, _remaining(work) if walk.left is None else walk.left
    if len(found) == AT_ONCE:
        left = max(1, left - resealed)
        following = _cursor(*found[-1], left)
    else:
        left = _remaining(work) - resealed
    failed = [[detail.code, detail.error, detail.name] for detail in step.failed]
    names = list(dict.fromkeys(step.labels))
    return Plan(step.changes, names, [resealed, left, failed, following], step.copies)


async def _try(step: _Step, place: _Place, row: Row) -> None:
    label = place.label(row)
    try:
        changes = await _renewed(step, place, row)
    except (CorruptRecord, UnknownKey) as error:
        step.failed.append(Detail(error.code, error.message, name=label))
        return
    if changes:
        step.changes += changes
        step.labels.append(label)


async def _renewed(step: _Step, place: _Place, row: Row) -> Sequence[Change]:
    """Raises CorruptRecord, UnknownKey."""
    if (key_id := _key_id(place.kind, row)) not in step.work.tools.keyring:
        raise UnknownKey(f"the master key {key_id!r} is not held")
    return await place.renew(step, row)


async def _reseal(step: _Step, row: Row) -> Sequence[Change]:
    """A version of a secret; if it is the current one, its state says so, and its copy is due."""
    look, values = step.work.look, step.work.tools.values
    record = look.one(VERSIONS, row.id)
    if record is None:
        return []
    if record.is_destroyed:  # its line in the history has no text, but names a key
        metadata = record.metadata._replace(key_id=values.newest)
        return [VERSIONS.put(replace(record, metadata=metadata))]
    state = look.one(STATES, record.name)
    is_current = state is not None and state.metadata.version == record.metadata.version
    if state is not None and is_current and state.metadata != record.metadata:
        raise CorruptRecord(f"the record of {record.name} cannot be opened")
    metadata = record.metadata._replace(key_id=values.newest)
    [sealed] = await values.seal_many([(record.name, await values.open(record), metadata)])
    renewed = version_from(sealed, record.by, record.restored_from)
    if state is None or not is_current:
        return [VERSIONS.put(renewed)]
    step.copies += [record.name] if state.is_live else []
    return [VERSIONS.put(renewed), STATES.put(replace(state, metadata=metadata))]


async def _sign_again(step: _Step, row: Row) -> Sequence[Change]:
    record = step.work.look.one(TOKENS, row.id)
    signer = Signer(step.work.tools.keyring, PURPOSE)
    if record is None:
        return []
    if verify(signer, step.work.project, record) is not Verdict.INTACT:
        raise CorruptRecord("the token's record was changed")
    return [TOKENS.put(sign(signer, step.work.project, record))]


async def _rewrap(step: _Step, _: Row) -> Sequence[Change]:
    change = await audit_keys.rewrapped(step.work)
    return [] if change is None else [change]


_PLACES: Final = (
    _Place(VERSIONS.kind, lambda row: name_of(row.id) or row.id, _reseal),
    _Place(TOKENS.kind, lambda row: f"token {row.id}", _sign_again),
    _Place(AUDIT_KEYS.kind, lambda _: "audit key", _rewrap),
)
_KINDS: Final = (*(place.kind for place in _PLACES), PUBLISHED.kind)


def _outdated(work: Work, walk: _Walk) -> list[tuple[_Place, Row]]:
    """The next rows under another key than the newest, at most AT_ONCE."""
    found: list[tuple[_Place, Row]] = []
    for number, place in enumerate(_PLACES[walk.place :], walk.place):
        if place.kind not in _kinds(work):
            continue
        after = walk.after if number == walk.place else None
        for low, high in _other_keys(work):
            rows: Sequence[Row] = work.look.ledger.list(
                place.kind, _INDEX, after, AT_ONCE - len(found), low=low, high=high
            )
            found += [(place, row) for row in rows]
            if len(found) == AT_ONCE:
                return found
    return found


def _kinds(work: Work) -> Sequence[Kind]:
    """What is under master keys: values that are kept elsewhere are not."""
    is_elsewhere = work.tools.values.newest not in work.tools.keyring
    return [kind for kind in _KINDS if not (is_elsewhere and kind == VERSIONS.kind)]


def _remaining(work: Work) -> int:
    """How many records and copies are under another key than the newest."""
    return sum(
        _count(work.look.ledger, kind, low, high)
        for kind in _kinds(work)
        for low, high in _other_keys(work)
    )


def _other_keys(work: Work) -> tuple[tuple[str | None, str | None], ...]:
    """The ranges of ids, from `low` and below `high`, that have all keys but the newest."""
    newest = work.sealer.newest
    return (None, newest), (f"{newest}\0", None)


def _key_ids(ledger: Ledger, kind: Kind) -> Iterator[str]:
    """Each once, without a look at more than one of its rows."""
    low: str | None = None
    while rows := ledger.list(kind, _INDEX, limit=1, low=low):
        key_id = _key_id(kind, rows[0])
        yield key_id
        low = f"{key_id}\0"


def _count(ledger: Ledger, kind: Kind, low: str | None, high: str | None) -> int:
    return ledger.count(kind, _INDEX, low=low, high=high)


def _key_id(kind: Kind, row: Row) -> str:
    return str(row.keys[kind.indexes.index(_INDEX)])


def _cursor(place: _Place, row: Row, left: int) -> str:
    return f"{_PLACES.index(place)}:{left}:{_key_id(place.kind, row)}:{row.id}"


def _read(cursor: str) -> _Walk:
    """Raises InvalidRequest."""
    found = _CURSOR.fullmatch(cursor)
    if found is None or int(found[1]) >= len(_PLACES):
        raise InvalidRequest("`cursor` is not one that a step of this rotation gave")
    return _Walk(int(found[1]), (found[3], found[4]), int(found[2]))
