"""run_brain(): runs a brain on CPython, with its secrets in memory, in milliseconds.

For a project's own tests. A composition root: it chooses the memory store and the native cipher,
and nothing that is deployed imports it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from positronic.brains import Brain, BrainSecrets, CompletedStep, replay, run
from positronic.brains.jsonable import JsonObject
from positronic.brains.run_redactor import RunRedactor
from positronic.ciphers.native import NativeCipher
from positronic.names import Project, parse_name, parse_value
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealed_store import SealedStore
from positronic.stores.memory import MemoryStorage

RUN_ID: Final = "run-1"

_MASTER_KEYS: Final = "testing:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
_PROJECT: Final = Project("testing")


@dataclass(slots=True)
class Ran:
    """A finished run, as it would be stored."""

    events: list[JsonObject] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    @property
    def state(self) -> JsonObject:
        """After the last completed step, with `[secret:NAME]` where a value was."""
        return replay(self.events).state

    @property
    def status(self) -> str:
        return replay(self.events).status

    @property
    def error(self) -> JsonObject | None:
        """`{name, message, stack}` of a run that failed."""
        return replay(self.events).error

    @property
    def completed(self) -> list[CompletedStep]:
        """The steps that a rerun can reuse."""
        return replay(self.events).completed


async def run_brain(
    brain: Brain,
    *,
    secrets: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    initial_state: Mapping[str, Any] | None = None,
    client: object = None,
    resources: object = None,
    services: Mapping[str, object] | None = None,
    completed: Sequence[CompletedStep] = (),
    end_after: int | None = None,
) -> Ran:
    """Run to the end with only these secrets; `services` replace the brain's own.

    A failing step raises nothing: see `error`. Raises InvalidOptions, InvalidRun, InvalidName,
    InvalidValue.
    """
    ran, redactor = Ran(), RunRedactor()

    async def note(names: Sequence[str]) -> None:
        ran.reads.extend(names)

    store = await _store(secrets or {})
    events = run(
        brain.with_services(services or {}),
        run_id=RUN_ID,
        secrets=BrainSecrets(store, note, redactor),
        redactor=redactor,
        options=dict(options or {}),
        initial_state=dict(initial_state or {}),
        completed=completed,
        end_after=end_after,
        client=client,
        resources=resources,
    )
    ran.events = [event async for event in events]
    return ran


def run_brain_sync(brain: Brain, **given: Any) -> Ran:  # noqa: ANN401 - what run_brain takes
    """run_brain for a test that is not async."""
    return asyncio.run(run_brain(brain, **given))


async def _store(secrets: Mapping[str, str]) -> SealedStore:
    records = MemoryStorage().records(_PROJECT)
    keyring, random = Keyring(_MASTER_KEYS), _Counting()
    store = SealedStore(_PROJECT, records, NativeCipher(), keyring, clock=lambda: 1, random=random)
    for name, value in secrets.items():
        await store.put(parse_name(name), parse_value(value), None)
    return store


class _Counting:
    """Never repeats, but is the same in each test: nothing here protects anything."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, size: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(self._count.to_bytes(8, "big")).digest(size)
