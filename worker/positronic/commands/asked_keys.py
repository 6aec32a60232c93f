"""A project's master keys and rotation, and which projects there are, as ledgers answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from positronic.commands.asking import Asking
from positronic.errors import Detail
from positronic.ledger.project_rows import ProjectEntry
from positronic.names import Project
from positronic.ports import Page, Unreadable

MAX_KNOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How much of a project is under one master key. `copies`: what was published under it."""

    key_id: str
    secrets: int
    tokens: int
    audit_keys: int
    copies: int


@dataclass(frozen=True, slots=True)
class KeyCensus:
    """Every key that seals or signs something, and the newest, which may not yet.

    `at_provider`: how many values a provider keeps, under none of them; None: no provider does.
    """

    uses: Sequence[KeyUse]
    at_provider: int | None


@dataclass(frozen=True, slots=True)
class RotationStep:
    """`remaining` includes `failed`: records that cannot be opened with the key they name.

    `cursor`: where the next step begins; None: this one came to the end.
    """

    resealed: int
    remaining: int
    failed: tuple[Detail, ...]
    cursor: str | None


class LedgerRotation:
    """For one project."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def census(self) -> KeyCensus:
        uses, at_provider = await self._ask("keys.census")
        return KeyCensus([KeyUse(*use) for use in uses], at_provider)

    async def step(self, cursor: str | None) -> RotationStep:
        """Bring some records under the newest key. Audited by name."""
        resealed, remaining, failed, following = await self._ask("keys.rotate", cursor=cursor)
        return RotationStep(
            resealed,
            remaining,
            tuple(Detail(code, error, name=name) for code, error, name in failed),
            following,
        )


class LedgerDirectory:
    """The projects that were ever written to. `known`: those of which this isolate knows it.

    `location`, `jurisdiction`: where the ledger of a project is made that is added.
    """

    def __init__(self, ask: Asking, known: set[Project], location: str, jurisdiction: str) -> None:
        self._ask = ask
        self._known = known
        self._location = location
        self._jurisdiction = jurisdiction

    async def add(self, project: Project) -> None:
        """Idempotent, and cheap when it is known. Raises NotConfigured if ledgers are elsewhere."""
        if project in self._known:
            return
        where = {"location": self._location, "jurisdiction": self._jurisdiction}
        await self._ask("project.add", project=project, **where)
        if len(self._known) < MAX_KNOWN:
            self._known.add(project)

    async def knows(self, project: Project) -> bool:
        """Asked each time: the directory may be another one than this isolate has known."""
        is_known: bool = await self._ask("project.known", project=project)
        if not is_known:
            self._known.discard(project)
        return is_known

    async def list(self, cursor: str | None, limit: int) -> Page[ProjectEntry | Unreadable]:
        """By name."""
        found, following = await self._ask("project.list", cursor=cursor, limit=limit)
        return Page([_entry(*one) for one in found], following)


def _entry(name: str, *location: str | None) -> ProjectEntry | Unreadable:
    return ProjectEntry(Project(name), *location) if location else Unreadable(name)
