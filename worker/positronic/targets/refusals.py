"""What a provider cannot take of a project's secrets: found before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from positronic.errors import CorruptRecord, Detail, TargetRefused, UnknownKey
from positronic.ledger.look import Look
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_id
from positronic.ledger.target_rows import SwitchedOn
from positronic.names import Name
from positronic.ports import Ledger, Record, Target, Values
from positronic.targets.selected import live_secrets

AT_ONCE: Final = 200  # names
MAX_NAMED: Final = 100  # in one answer


async def check(ledger: Ledger, values: Values, one: SwitchedOn, target: Target) -> None:
    """Raises TargetRefused, which names what the provider cannot take of what there is now."""
    found = {name: sentence for name in one.names or () if (sentence := target.refusal(name))}
    for state in _selected(ledger, one):
        sentence = await _refusal(ledger, values, state, target)
        if sentence:
            found.setdefault(state.name, sentence)
    if found:
        count = f"{len(found)} of the secrets" if len(found) > 1 else next(iter(found))
        message = f"{one.target} cannot take {count}; nothing was sent, and nothing changed"
        details = [Detail(TargetRefused.code, why, name=name) for name, why in found.items()]
        raise TargetRefused(message, details=details[:MAX_NAMED])


def _selected(ledger: Ledger, one: SwitchedOn) -> Iterator[SecretState]:
    after: str | None = None
    while True:
        rows = live_secrets(ledger, one, after, AT_ONCE)
        for row in rows:
            state = STATES.item(row)
            if isinstance(state, SecretState):
                yield state
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id


async def _refusal(
    ledger: Ledger, values: Values, state: SecretState, target: Target
) -> str | None:
    """The value is opened here, and goes nowhere; one that does not open is not pushed either."""
    if sentence := target.refusal(state.name):
        return sentence
    id_ = version_id(state.name, state.metadata.version)
    try:
        record: Record | None = Look(ledger).one(VERSIONS, id_)
        value = await values.open(record) if record else None
    except (CorruptRecord, UnknownKey):
        return None
    return target.refusal(Name(state.name), value) if value else None
