"""Targets of a configuration, at providers in memory that a check can let fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from contracts.worlds import PROJECT
from positronic.names import Name, TargetName, Value
from positronic.ports import AtTarget
from positronic.targets.configured import Configured, TargetConfig, Targets
from positronic.targets.memory import AtProvider, MemoryTarget

PROD: Final = TargetName("prod")  # keeps marks
FLY: Final = TargetName("fly")  # does not


@dataclass
class WatchedTarget(MemoryTarget):
    """Writes down its requests; `before` is awaited before each, and `after` after: both may
    raise."""

    calls: list[str] = field(default_factory=list)
    before: Callable[[str, Name], Awaitable[None]] | None = None
    after: Callable[[str, Name], Awaitable[None]] | None = None

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        await self._note("put", name, self.before)
        receipt = await super().put(name, value, version)
        await self._told("put", name)
        return receipt

    async def delete(self, name: Name) -> None:
        await self._note("delete", name, self.before)
        await super().delete(name)
        await self._told("delete", name)

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        for name in names:
            await self._note("look", name, self.before)
        return await super().look(names)

    def values(self, *, ours: bool = True) -> dict[str, str]:
        """What is there, by name."""
        return {name: one.value.reveal() for name, one in self.kept.items() if one.is_ours is ours}

    def plant(self, name: str, value: Value) -> None:
        """Somebody else writes there."""
        self.kept[Name(name)] = AtProvider(value, 1, is_ours=False)

    async def _note(
        self, what: str, name: Name, first: Callable[[str, Name], Awaitable[None]] | None
    ) -> None:
        self.calls.append(f"{what} {name}")
        if first:
            await first(what, name)

    async def _told(self, what: str, name: Name) -> None:
        if self.after:
            await self.after(what, name)


def targets_in_memory() -> Targets:
    """Two of them, each empty."""
    return {
        PROD: Configured(_config(PROD, "aws-secrets-manager"), WatchedTarget()),
        FLY: Configured(_config(FLY, "fly"), WatchedTarget(keeps_marks=False)),
    }


def _config(name: TargetName, type_: str) -> TargetConfig:
    fields = {"region": "eu-central-1"} if name == PROD else {"app": "shop"}
    return TargetConfig(name, type_, fields, frozenset({PROJECT}), {"API_TOKEN": "t"})
