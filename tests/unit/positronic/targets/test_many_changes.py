"""500 changes, while targets fail, throttle and lag, and the ledger's process dies, at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import pytest

from contracts.commanding import bulk, command, put
from contracts.ledger_world import LedgerWorld, memory_ledger, sqlite_ledger
from contracts.target_commands import Pushed, switch_on
from contracts.targets_in_memory import FLY, PROD, WatchedTarget
from positronic.ciphers.native import NativeCipher
from positronic.commands.command import Command
from positronic.errors import Conflict, NotFound, RateLimited, StoreFailed
from positronic.ledger.sqlite_file import SqliteFile
from positronic.names import Name, parse_value
from positronic.ports import AtTarget
from positronic.targets.configured import Configured
from positronic.times import DAY
from support.running import run

CHANGES: Final = 500
NAMES: Final = [f"N{number:02}" for number in range(40)]
THEIRS: Final = ("N05", "N06")


@dataclass
class Unreliable(WatchedTarget):
    """Half of its requests fail; of some the work is done all the same. What it says of a name may
    be what it was a moment ago."""

    chance: random.Random = field(default_factory=random.Random)
    is_healed: bool = False
    before_: dict[Name, Mapping[Name, AtTarget]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self.after = self._maybe

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        found = dict(await super().look(names))
        if self.keeps_marks and not self.is_healed and self.chance.random() < 0.3:
            return {name: one for name, one in found.items() if one.is_ours is False}
        return found

    async def _maybe(self, what: str, _: Name) -> None:
        if self.is_healed:
            return
        drawn = self.chance.random()
        if drawn < 0.15:
            raise StoreFailed(f"no answer to {what}")
        if drawn < 0.25:
            wait = str(self.chance.randint(1, 90))
            raise RateLimited("too many requests", headers={"Retry-After": wait})


def _change(chance: random.Random, number: int) -> Command:
    name = chance.choice(NAMES)
    kinds: list[Callable[[], Command]] = [
        lambda: put(name, f"value {number}"),
        lambda: put(name, f"value {number}"),
        lambda: bulk(chance.sample(NAMES, 8), f"value {number}"),
        lambda: command("secret.delete", name=name),
        lambda: command("secret.restore", name=name),
        lambda: command("secret.rollback", name=name, to=1),
        lambda: command("secret.destroy", name=name),
        lambda: command("target.sync", target=chance.choice([PROD, FLY])),
    ]
    return chance.choices(kinds, weights=[6, 6, 2, 4, 2, 2, 1, 0.2])[0]()


async def _live_through(pushed: Pushed, chance: random.Random) -> int:
    """How often the process died."""
    deaths = 0
    for number in range(CHANGES):
        with suppress(NotFound, Conflict):  # of what is deleted, or not deleted
            await pushed.place.run(_change(chance, number))
        pushed.place.clock.now += chance.randint(0, 20_000)
        for _ in range(chance.randint(0, 3)):
            is_dying = chance.random() < 0.2
            ledger = pushed.world.failing(chance.randint(0, 12)) if is_dying else None
            try:
                await pushed.drain(ledger).step()
            except StoreFailed:
                deaths += 1
    return deaths


def _memory() -> LedgerWorld:
    return memory_ledger(NativeCipher())


def _sqlite() -> LedgerWorld:
    return sqlite_ledger(NativeCipher(), SqliteFile())


@pytest.mark.parametrize("seed", [17, 4711])
@pytest.mark.parametrize("make", [_memory, _sqlite], ids=["memory", "sqlite"])
def test_all_places_agree_in_the_end(make: Callable[[], LedgerWorld], seed: int) -> None:
    """Deletions included; somebody else's is untouched, and nobody's value is in the ledger."""

    async def live() -> None:
        chance, pushed = random.Random(seed), Pushed(make())
        targets = {
            name: Configured(one.config, Unreliable(keeps_marks=name == PROD, chance=chance))
            for name, one in pushed.place.targets.items()
        }
        pushed.place.targets = targets
        for target in (PROD, FLY):
            for name in THEIRS:
                pushed.at(target).plant(name, parse_value(f"theirs {name}"))
        await pushed.place.run(switch_on(PROD, prefix="N"), switch_on(FLY, *NAMES[:20]))
        deaths = await _live_through(pushed, chance)
        for target in (PROD, FLY):
            unreliable = pushed.at(target)
            assert isinstance(unreliable, Unreliable)
            unreliable.is_healed = True
        await pushed.until(pushed.place.clock.now + DAY)
        values = await pushed.place.values()

        assert deaths > 10
        for target, selected in ((PROD, NAMES), (FLY, NAMES[:20])):
            wanted = {name: one for name, one in values.items() if name in {*selected} - {*THEIRS}}
            assert pushed.at(target).values() == wanted, (target, seed)
            theirs = {name: f"theirs {name}" for name in THEIRS}
            assert pushed.at(target).values(ours=False) == theirs, (target, seed)
            assert set((await pushed.standings(target)).values()) <= {"refused"}
            assert (await pushed.shown(target))["counts"][0] == len(wanted)
        events = str(pushed.place.rows()["event"]) + str(pushed.place.rows()["push"])
        assert "value " not in events.replace("the value of", "")

    run(live())
