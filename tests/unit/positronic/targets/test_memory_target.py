"""The target in memory keeps what is promised of every target."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest

from contracts.suite import Check
from contracts.targets import SUITE, TargetWorld
from positronic.errors import RateLimited, StoreFailed
from positronic.names import Name, Value, parse_value
from positronic.ports import AtTarget
from positronic.targets.memory import AtProvider, MemoryTarget

_TOO_LONG: Final = Name("N" * 65)


@dataclass
class FailingTarget(MemoryTarget):
    """Counts its requests, of which the next may fail."""

    how: str = ""
    left: int = 0
    count: int = 0

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        self.before(is_sent=self.refusal(name, value) is None)
        receipt = await super().put(name, value, version)
        self.after()
        return receipt

    async def delete(self, name: Name) -> None:
        self.before()
        await super().delete(name)
        self.after()

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        self.before()
        self.after()
        return await super().look(names)

    def before(self, *, is_sent: bool = True) -> None:
        self.count += is_sent
        if self.left and self.how == "throttled":
            raise RateLimited("too many requests", headers={"Retry-After": "7"})
        if self.left and self.how == "broken":
            raise StoreFailed("the provider failed")

    def after(self) -> None:
        if self.left:
            raise StoreFailed("the provider did not answer")


@dataclass
class MemoryWorld:
    """`keeps_marks` as a provider with tags, or without."""

    keeps_marks: bool
    cannot_take: Sequence[tuple[Name, Value | None]] = (
        (_TOO_LONG, None),
        (Name("A"), parse_value("x" * 4097)),
        (Name("A"), parse_value("a {{ssm:b}}")),
    )
    target: FailingTarget = field(init=False)

    def __post_init__(self) -> None:
        self.target = FailingTarget(self.keeps_marks)

    async def value(self, name: Name) -> str | None:
        found = self.target.kept.get(name)
        return found.value.reveal() if found else None

    async def plant(self, name: Name, value: str) -> None:
        self.target.kept[name] = AtProvider(parse_value(value), 1, is_ours=False)

    def fail(self, how: str, count: int = 1) -> None:
        self.target.how, self.target.left = how, count

    def requests(self) -> int:
        return self.target.count


@pytest.mark.parametrize("keeps_marks", [True, False], ids=["marks", "no marks"])
@pytest.mark.parametrize("check", SUITE.checks.values(), ids=SUITE.checks)
def test_memory_target(check: Check[TargetWorld], *, keeps_marks: bool) -> None:
    """The target keeps the promise."""
    asyncio.run(check(MemoryWorld(keeps_marks)))
