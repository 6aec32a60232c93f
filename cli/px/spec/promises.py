"""A promise: one check, its id, and the sentence that a server must keep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase

from px.spec.world import World

Check = Callable[[World], Awaitable[None]]


class Level(IntEnum):
    """`seed`: what any Positronic backend promises. `full`: the whole contract."""

    SEED = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Promise:
    """`check` returns, or raises Broken with a reason that shows no value and no token."""

    id: str
    level: Level
    sentence: str
    check: Check


class Group:
    """Collects the checks that it decorates; a promise's id is group name and check name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._promises: list[Promise] = []

    def __iter__(self) -> Iterator[Promise]:
        return iter(self._promises)

    def seed(self, check: Check) -> Check:
        return self._add(check, Level.SEED)

    def full(self, check: Check) -> Check:
        return self._add(check, Level.FULL)

    def _add(self, check: Check, level: Level) -> Check:
        name = getattr(check, "__name__", "")
        sentence = " ".join((check.__doc__ or "").split())
        self._promises.append(Promise(f"{self.name}.{name}", level, sentence, check))
        return check


def select(promises: Iterable[Promise], level: Level, pattern: str = "*") -> list[Promise]:
    """The promises of the level and below whose id, or the start of it, matches the pattern."""
    return [
        promise
        for promise in promises
        if promise.level <= level
        and (fnmatchcase(promise.id, pattern) or fnmatchcase(promise.id, f"{pattern}.*"))
    ]
