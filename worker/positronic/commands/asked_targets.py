"""A project's targets, as its ledger answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from positronic.commands.asking import Asking
from positronic.names import Name


class Counts(NamedTuple):
    """Of names: as they have to be, to be pushed, and refused."""

    ok: int
    due: int
    refused: int


class Problem(NamedTuple):
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class ShownTarget:
    """`missing`: settings that it needs; times in milliseconds, None while it is off."""

    name: str
    type: str
    state: str
    names: Sequence[str] | None
    prefix: str | None
    by: Mapping[str, str] | None
    created: int | None
    changed: int | None
    missing: Sequence[str]
    counts: Counts
    problem: Problem | None


class Checked(NamedTuple):
    """Names that are not as they have to be, how many are, and where the next ones begin."""

    differing: Sequence[tuple[str, str]]
    same: int
    cursor: str | None


class LedgerTargets:
    """Each of these is one command."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def list(self) -> Sequence[ShownTarget]:
        """All of the configuration, by name."""
        return [_shown(one) for one in await self._ask("target.list")]

    async def switch_on(
        self, text: str, names: Sequence[Name] | None, prefix: str | None
    ) -> ShownTarget:
        """Raises NotFound, NotConfigured, TargetRefused."""
        chosen = None if names is None else list(names)
        return _shown(await self._ask("target.set", target=text, names=chosen, prefix=prefix))

    async def remove(self, text: str, *, purge: bool) -> None:
        """Raises NotFound, and NotConfigured where something is to be removed over there."""
        await self._ask("target.remove", target=text, purge=purge)

    async def sync(self, text: str) -> ShownTarget:
        """Raises NotFound, NotConfigured."""
        return _shown(await self._ask("target.sync", target=text))

    async def check(self, text: str, cursor: str | None, limit: int) -> Checked:
        """Raises NotFound, NotConfigured, StoreFailed, RateLimited, TargetRefused."""
        found, same, following = await self._ask(
            "target.check", target=text, cursor=cursor, limit=limit
        )
        return Checked([(name, wrong) for name, wrong in found], same, following)


def _shown(found: Mapping[str, Any]) -> ShownTarget:
    problem = found["problem"]
    return ShownTarget(
        **{
            **found,
            "counts": Counts(*found["counts"]),
            "problem": None if problem is None else Problem(*problem),
        }
    )
