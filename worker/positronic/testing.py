"""run_brain(): runs a brain on CPython, with its secrets in memory, in milliseconds.

For a project's own tests; nothing that is deployed imports it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from positronic.brains import Brain, BrainSecrets, CompletedStep, replay, run
from positronic.brains.jsonable import JsonObject
from positronic.brains.run_redactor import RunRedactor
from positronic.names import Name, Value, parse_name, parse_value
from positronic.ports import Page, SecretInfo

RUN_ID: Final = "run-1"


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
    events = run(
        brain.with_services(services or {}),
        run_id=RUN_ID,
        secrets=BrainSecrets(_Secrets(secrets or {}, ran.reads), _nothing_copied, redactor),
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


async def _nothing_copied(_: Mapping[str, int]) -> None:
    return


class _Plain:
    """A secret that is in memory, and in clear."""

    is_copy = False
    expired_at = None

    def __init__(self, name: str, value: str) -> None:
        self.info = SecretInfo(parse_name(name), 1, 1, 1)
        self._value = parse_value(value)

    async def open(self) -> Value:
        return self._value


class _Secrets:
    """What the run may read: all of it."""

    def __init__(self, values: Mapping[str, str], reads: list[str]) -> None:
        self._reads = reads
        self._found = {Name(name): _Plain(name, value) for name, value in values.items()}

    async def get(self, names: Collection[Name]) -> Mapping[Name, _Plain]:
        found = {name: self._found[name] for name in names if name in self._found}
        self._reads.extend(found)
        return found

    async def infos(self, names: Collection[Name]) -> Mapping[Name, SecretInfo]:
        return {name: self._found[name].info for name in names if name in self._found}

    async def exists(self, name: Name) -> bool:
        return name in self._found

    async def names(self, cursor: str | None, limit: int) -> Page[Name]:
        return Page(sorted(self._found))
