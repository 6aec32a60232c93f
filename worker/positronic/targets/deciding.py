"""What is to be done about names that are due at a target: nothing, a refusal, or a push."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from positronic.errors import CorruptRecord, TargetRefused
from positronic.ledger.look import Look
from positronic.ledger.secret_rows import STATES
from positronic.ledger.target_rows import PUSHES, Push, SwitchedOn
from positronic.names import Name, is_name
from positronic.ports import AtTarget, Ledger, Target, Unreadable
from positronic.rows import Change, Delete, Row
from positronic.targets.pushing import Sent, refused
from positronic.targets.selected import wanted_version


@dataclass(slots=True)
class Decided:
    """`changes`: of rows about which nothing is to be done; `failed`: what cannot be read;
    `to_push`: the others.
    """

    changes: list[Change] = field(default_factory=list)
    failed: list[Sent] = field(default_factory=list)
    to_push: list[Sent] = field(default_factory=list)


def decide(
    ledger: Ledger, on: SwitchedOn, target: Target, place: str, rows: Sequence[Row], now: int
) -> Decided:
    """No provider is asked."""
    decided, names = Decided(), [row.id.partition("/")[2] for row in rows]
    states = Look(ledger).rows(STATES.kind, names)
    for row, name in zip(rows, names, strict=True):
        push = PUSHES.item(row)
        state = STATES.item(states[name]) if name in states else None
        if isinstance(push, Unreadable) and not is_name(name):
            decided.changes.append(Delete(PUSHES.kind, row.id))
        elif isinstance(push, Unreadable):
            # Nothing is known of it: what is there without a mark is not ours.
            decided.changes.append(PUSHES.put(Push(on.target, Name(name), now)))
        elif isinstance(state, Unreadable):
            error = CorruptRecord(f"the record of {name} cannot be read")
            decided.failed.append(Sent(push, row.revision, None, push, error=error))
        else:
            push, version = push.at_place(place), wanted_version(on, state, now)
            ends = state.policy.ends_at if state else None
            sent = Sent(push, row.revision, version, push, ends=ends)
            if change := _idle(sent, target, now):
                decided.changes.append(change)
            else:
                decided.to_push.append(sent)
    return decided


def _idle(sent: Sent, target: Target, now: int) -> Change | None:
    """What is to be kept of a name that is not pushed; None: it is pushed."""
    push, version = sent.push, sent.version
    if version is None:
        # A name that it cannot take was never written there, whatever a row says.
        is_there = push.is_ours and target.refusal(push.name) is None
        return None if is_there else Delete(PUSHES.kind, PUSHES.id_of(push))
    if push.refused is not None and push.refused_version == version:
        return PUSHES.put(refused(push, version, push.refused, sent.ends, now))
    is_late = push.unsure is not None and push.unsure <= now
    if push.version == version and push.is_ours and not is_late:
        there = replace(push, due=None, tries=1, error=None, ends=sent.ends)
        return PUSHES.put(replace(there, refused=None, refused_version=None))
    sentence = target.refusal(push.name)
    return PUSHES.put(refused(push, version, sentence, sent.ends, now)) if sentence else None


def foreign(sents: Sequence[Sent], there: Mapping[Name, AtTarget]) -> list[Sent]:
    """Those of a first push whose name is somebody else's: without a mark, whatever is there is."""
    return [
        replace(one, error=TargetRefused(f"{one.push.name} is there already, and is not ours"))
        for one in sents
        if one.push.name in there and not there[one.push.name].is_ours
    ]
