"""A project's master keys and rotation, and which projects there are, as ledgers answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from positronic.commands.asking import Asking
from positronic.errors import Detail
from positronic.names import Project
from positronic.ports import Page

MAX_KNOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How much of a project is under one master key."""

    key_id: str
    secrets: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Census:
    """Each key's use, and the number of unreadable entries, whose keys are unknown."""

    uses: Sequence[KeyUse]
    unreadable: int


@dataclass(frozen=True, slots=True)
class RotationStep:
    """`remaining` includes `failed`: records that cannot be opened with the key they name."""

    resealed: int
    remaining: int
    failed: tuple[Detail, ...]


class LedgerRotation:
    """For one project."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def census(self) -> Census:
        """Every key that seals or signs something here, and the newest, which may not yet."""
        uses = await self._ask("keys.census")
        return Census([KeyUse(*use[:3]) for use in uses], 0)

    async def step(self) -> RotationStep:
        """Bring some records under the newest key. Audited by name."""
        resealed, remaining, failed, _ = await self._ask("keys.rotate")
        return RotationStep(
            resealed,
            remaining,
            tuple(Detail(code, error, name=name) for code, error, name in failed),
        )


class LedgerDirectory:
    """The projects that were ever written to. `known`: those of which this isolate knows it."""

    def __init__(self, ask: Asking, known: set[Project]) -> None:
        self._ask = ask
        self._known = known

    async def add(self, project: Project) -> None:
        """Idempotent, and cheap when it is known."""
        if project in self._known:
            return
        await self._ask("project.add", project=project)
        if len(self._known) < MAX_KNOWN:
            self._known.add(project)

    async def list(self, cursor: str | None, limit: int) -> Page[Project]:
        """By name."""
        found, following = await self._ask("project.list", cursor=cursor, limit=limit)
        return Page([Project(name) for name in found], following)
