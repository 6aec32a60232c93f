"""Puts values back into what a rerun reuses, or explains why that is not possible."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise
from typing import Final

from positronic.brains import CompletedStep, InvalidRun
from positronic.brains.jsonable import JsonObject
from positronic.brains.patches import apply, difference
from positronic.brains.redactions import NotRestorable, Redaction, needed, restored
from positronic.brains.run_redactor import RunRedactor, version
from positronic.errors import StoreFailed
from positronic.names import Name
from positronic.ports import ReadableSecrets, SecretInfo
from positronic.runs.plan import RunPlan

MAX_SHOWN: Final = 200  # characters of a path in a sentence

_INSTEAD: Final = "rerun from an earlier step, or start a new run"

Announce = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Part:
    """A document that the rerun reuses, and what messages call it."""

    what: str
    document: JsonObject
    redactions: Sequence[Redaction]

    def check(self, there: Mapping[Name, SecretInfo]) -> None:
        """Raises InvalidRun."""
        try:
            wanted = needed(self.redactions)
        except NotRestorable as error:
            where = str(error)[:MAX_SHOWN]
            raise InvalidRun(
                f"{self.what} was redacted and cannot be put back"
                f"{f' at {where}' if where else ''}: {_INSTEAD}"
            ) from None
        for name, as_read in sorted(wanted):
            _check_secret(self.what, name, as_read, there)

    def restored(self, redactor: RunRedactor) -> JsonObject:
        try:
            found: JsonObject = restored(self.document, self.redactions, redactor.read)
        except NotRestorable:
            raise InvalidRun(f"{self.what} does not fit its redactions: {_INSTEAD}") from None
        return found


async def with_values(
    plan: RunPlan, store: ReadableSecrets, redactor: RunRedactor, announce: Announce
) -> RunPlan:
    """The plan before it was redacted. `announce` is called before anything is read, if it is.

    States before the one that the first step gets may stay redacted. Raises InvalidRun if a value
    was deleted or changed, or was not stored as it is.
    """
    options, states = _parts(plan)
    if not options.redactions and not any(state.redactions for state in states):
        return plan
    there = await store.infos(_names([options, *states]))
    for part in (options, states[-1]):
        part.check(there)
    lost = {number for number, state in enumerate(states) if not _is_restorable(state, there)}
    kept = [state for number, state in enumerate(states) if number not in lost]
    await announce()
    secrets = await _read(_names([options, *kept]), store, redactor)
    for part in (options, *kept):
        part.check(secrets)  # they may have changed since
    # One after the other, so that a long run is not in memory once more as a whole.
    true = (
        state.document if number in lost else state.restored(redactor)
        for number, state in enumerate(states)
    )
    initial = next(true)
    return replace(
        plan,
        options=options.restored(redactor),
        initial_state=initial,
        completed=tuple(
            CompletedStep(step.title, difference(before, after))
            for step, (before, after) in zip(
                plan.completed, pairwise(chain([initial], true)), strict=True
            )
        ),
        lost=frozenset(lost),
    )


def _parts(plan: RunPlan) -> tuple[_Part, list[_Part]]:
    """The options, and every state from the initial one to the last completed step's."""
    patches = (step.patch for step in plan.completed)
    states = accumulate(
        patches, lambda state, patch: apply(state, [patch]), initial=plan.initial_state
    )
    return _Part("what the run was given as options", plan.options, plan.options_redactions), [
        _Part(f"the state before step {number}", state, redactions)
        for number, (state, redactions) in enumerate(
            zip(states, plan.state_redactions, strict=True), 1
        )
    ]


def _names(parts: Iterable[_Part]) -> list[Name]:
    all_redactions = (one for part in parts for one in part.redactions)
    spans = (span for one in all_redactions for span in one.get("spans", ()))
    return list(dict.fromkeys(Name(span["name"]) for span in spans))


def _check_secret(what: str, name: str, as_read: str, there: Mapping[Name, SecretInfo]) -> None:
    found = there.get(Name(name))
    if found is None:
        raise InvalidRun(f"{what} needs the secret {name}, which is gone: {_INSTEAD}")
    if version(found) != as_read:
        raise InvalidRun(
            f"{what} needs the secret {name} as it was, and it was changed since: {_INSTEAD}"
        )


def _is_restorable(part: _Part, there: Mapping[Name, SecretInfo]) -> bool:
    try:
        part.check(there)
    except InvalidRun:
        return False
    return True


async def _read(
    names: Sequence[Name], store: ReadableSecrets, redactor: RunRedactor
) -> Mapping[Name, SecretInfo]:
    found = await store.get(names)
    if any(secret.is_copy for secret in found.values()):
        raise StoreFailed("the project's ledger did not answer, and a rerun starts with it alone")
    for secret in found.values():
        redactor.learn(secret.info, (await secret.open()).reveal())
        if secret.expired_at is not None:
            redactor.expired[secret.info.name] = secret.expired_at
    return {name: secret.info for name, secret in found.items()}
