"""Brings what KV had before there was a ledger: a step at a time, each step whole.

First everything is listed, so that what disappears from KV meanwhile is named. Then each entry is
opened or verified before anything that it says is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from positronic.access.authentication import PURPOSE as TOKEN
from positronic.adoption import old_events, verified
from positronic.adoption.first_layout import OldEntry, OldKind
from positronic.adoption.leftovers import LEFTOVER, Leftover
from positronic.adoption.standing import import_begun
from positronic.commands.work import Plan, Work
from positronic.errors import InvalidRequest, NotFound, PositronicError, StoreFailed, TooLarge
from positronic.ledger.adoption_rows import (
    ADOPTED,
    ADOPTED_ID,
    ADOPTING,
    ADOPTING_ID,
    WAITING,
    Adoption,
    Waiting,
)
from positronic.ledger.backup_rows import IMPORTING_ID
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_from
from positronic.ledger.setting_rows import SETTING
from positronic.ledger.token_rows import TOKENS
from positronic.names import Name, is_name
from positronic.ports import Event
from positronic.rows import Change, Delete, Put
from positronic.sealing.signing import Signer, Verdict

ACTION: Final = "project.adopt"
LISTED_AT_ONCE: Final = 1000  # entries that one step lists
AT_ONCE: Final = 100  # entries that one step brings: one read of KV for each part
SHOWN: Final = 200  # failures that one answer lists
KEPT: Final = 1000  # failures that are named, and kept besides those of secrets
NAMED: Final = 80  # characters of a key of KV that is not a name; one event has to hold all of them

COUNTS: Final = ("secrets", "tokens", "events", "unverified", "failedCount", "afterLoss")

_LABELS: Final = {OldKind.SECRET: "", OldKind.TOKEN: "token ", OldKind.EVENT: "event "}


@dataclass(slots=True)
class _Step:
    """What one step has done so far."""

    account: Adoption
    changes: list[Change] = field(default_factory=list)
    tried: int = 0
    copies: list[Name] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


async def adopt(work: Work, *, is_known: bool) -> Plan:
    """One step; see `_answer`. `is_known`: the directory has the project.

    A project that is known before its adoption begins has lost its ledger. The last step is made
    for a known project only, so that each loss after it is noticed.
    """
    if (done := work.look.one(ADOPTED, ADOPTED_ID)) is not None:
        return Plan([], [], _answer(work, "adopted", done))
    if work.look.rows(SETTING, [IMPORTING_ID]):
        raise import_begun()
    account = work.look.one(ADOPTING, ADOPTING_ID)
    if account is None:
        return await _list(work, _beginning(is_known), is_first=True)
    if account.listing:
        return await _list(work, account)
    rows = work.look.ledger.list(WAITING.kind, "turn", limit=AT_ONCE)
    if rows:
        return await _bring(work, account, [row.id for row in rows])
    if not is_known:
        return Plan([], [], _answer(work, "adopting", account))
    return _finish(work, account)


def _beginning(after_loss: bool) -> Adoption:
    """After a loss, tokens are not believed: any of them may have been revoked since."""
    parts = [OldKind.SECRET] if after_loss else list(OldKind)
    return Adoption(tuple(parts), after_loss=after_loss)


async def _list(work: Work, account: Adoption, *, is_first: bool = False) -> Plan:
    parts, cursor = list(account.listing), account.cursor
    found: dict[str, Put] = {}
    while parts and len(found) < LISTED_AT_ONCE:
        part = OldKind(parts[0])
        try:
            page = await work.tools.standing.first.ids(part, cursor, LISTED_AT_ONCE)
        except InvalidRequest:
            if cursor is None:
                raise
            cursor = None  # it was kept too long: from the start, since nothing is brought yet
            continue
        puts = [WAITING.put(_waiting(part, one)) for one in page.items]
        found |= {put.id: put for put in puts}
        cursor = page.cursor
        if cursor is None:
            del parts[0]
    there = work.look.rows(WAITING.kind, list(found))
    listed = replace(account, listing=tuple(parts), cursor=cursor)
    if is_first and not found and not parts:
        return Plan([], [], _answer(work, "adopted", listed))  # there is nothing, so nothing is put
    answer = _answer(work, "adopting", listed, len(found.keys() - there.keys()))
    return Plan([*found.values(), ADOPTING.put(listed)], [], answer)


def _waiting(part: OldKind, id_: str) -> Waiting:
    place = list(OldKind).index(part)
    turn = old_events.turn_of(id_) if part is OldKind.EVENT else id_
    shown = id_ if len(id_) <= NAMED or is_name(id_) else f"{id_[:NAMED]}…"
    return Waiting(part, id_, f"{place}/{turn}", f"{_LABELS[part]}{shown}")


async def _bring(work: Work, account: Adoption, ids: Sequence[str]) -> Plan:
    waiting = work.look.get(WAITING, ids)
    step = _Step(account)
    for part in OldKind:
        some = [waiting[one] for one in ids if waiting[one].part == part]
        if some:
            await _bring_part(work, part, some, step)
    answer = _answer(work, "adopting", step.account, -step.tried)
    changes = [*step.changes, ADOPTING.put(step.account)]
    return Plan(changes, [], answer, step.copies, earlier=step.events)


async def _bring_part(work: Work, part: OldKind, some: Sequence[Waiting], step: _Step) -> None:
    some, found = await _read(work, part, some)
    step.tried += len(some)
    for waiting in some:
        try:
            await _bring_one(work, part, waiting, found, step)
            step.changes.append(Delete(WAITING.kind, WAITING.put(waiting).id))
        except PositronicError as error:
            _fail(waiting, error, step)


async def _read(
    work: Work, part: OldKind, some: Sequence[Waiting]
) -> tuple[Sequence[Waiting], Mapping[str, OldEntry]]:
    """All of them, or the first: a huge entry fails every read that it is part of."""
    read, ids = work.tools.standing.first.read, [one.id for one in some]
    try:
        return some, await read(part, ids)
    except (StoreFailed, TooLarge):
        if len(ids) == 1:
            sentence = f"KV does not give {some[0].label}; delete that entry if it never does"
            raise StoreFailed(sentence) from None
        return await _read(work, part, some[:1])


async def _bring_one(
    work: Work, part: OldKind, waiting: Waiting, found: Mapping[str, OldEntry], step: _Step
) -> None:
    """Raises InvalidName, ReservedName, CorruptRecord, UnknownKey, NotFound."""
    one = found.get(waiting.id)
    if one is None:
        raise NotFound("it was in KV when the adoption began, and disappeared")
    account = step.account
    if part is OldKind.SECRET:
        record = await verified.secret(work.sealer, one)
        if not work.look.rows(STATES.kind, [record.name]):
            step.changes += [STATES.put(SecretState(record.name, record.metadata))]
            step.changes.append(VERSIONS.put(version_from(record)))
            step.copies.append(record.name)
        step.account = replace(account, secrets=account.secrets + 1)
    elif part is OldKind.TOKEN:
        record_of = verified.token(Signer(work.tools.keyring, TOKEN), work.project, one)
        step.changes.append(TOKENS.put(record_of))
        step.account = replace(account, tokens=account.tokens + 1)
    else:
        signer, now = Signer(work.tools.keyring, old_events.PURPOSE), work.tools.clock()
        event = old_events.read(signer, work.project, one.id, one.text, now)
        is_wrong = old_events.verdict_of(event) is not Verdict.INTACT
        step.events.append(event)
        unverified = account.unverified + is_wrong
        step.account = replace(account, events=account.events + 1, unverified=unverified)


def _fail(waiting: Waiting, error: PositronicError, step: _Step) -> None:
    account = step.account
    step.account = replace(account, failed=account.failed + 1)
    lost = WAITING.put(replace(waiting, turn=None, code=error.code, error=error.message))
    # A secret's stays whatever their number: the sweep would take its copy for a planted one.
    is_kept = waiting.part == OldKind.SECRET or account.failed < KEPT
    step.changes.append(lost if is_kept else Delete(WAITING.kind, lost.id))


def _finish(work: Work, account: Adoption) -> Plan:
    rows = work.look.ledger.list(WAITING.kind, "failed", limit=KEPT)
    failed = [WAITING.read(row).label for row in rows]
    changes: list[Change] = [ADOPTED.put(account), Delete(SETTING, ADOPTING_ID)]
    changes.append(LEFTOVER.put(Leftover(work.tools.clock())))
    answer = _answer(work, "adopted", account)
    details = {key: answer[key] for key in COUNTS}
    return Plan(changes, [work.project, *failed], answer, details=details, is_woken=True)


def _answer(work: Work, state: str, account: Adoption, more: int = 0) -> dict[str, object]:
    """`more`: what the step itself adds to what is still to be brought."""
    ledger = work.look.ledger
    failed = map(WAITING.read, ledger.list(WAITING.kind, "failed", limit=SHOWN))
    return {
        "state": state,
        "secrets": account.secrets,
        "tokens": account.tokens,
        "events": account.events,
        "unverified": account.unverified,
        "remaining": ledger.count(WAITING.kind, "turn") + more,
        "failed": [[one.code, one.error, one.label] for one in failed],
        "failedCount": account.failed,
        "afterLoss": account.after_loss,
    }
