"""Brains start at their times on a host: once, also when it is killed in between."""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest

from positronic import Brain, brain
from positronic.access.tokens import mint_root, root_hash
from positronic.api.service import Settings
from positronic.brains.discovery import Brains
from positronic.errors import StoreFailed
from positronic.times import iso
from px.errors import Usage
from px.serve.cron import MINUTE, parse_cron
from px.serve.data_folder import DataFolder
from px.serve.edge import Edge
from px.serve.host import Host
from px.serve.ledgers import LedgerFiles
from px.serve.log import HostLog
from px.serve.schedule import FILE, LATE, Mark, Schedule, crons_of

SIX = 1_795_759_200_000  # 2026-11-27T06:00:00Z
DAILY = "0 6 * * *"
ALWAYS = "* * * * *"


class World:
    """A data folder and a clock; each process is a Schedule of its own."""

    def __init__(self, root: Path, *crons: str) -> None:
        root.mkdir(mode=0o700)
        self.folder = DataFolder(root)
        self.crons = {one: parse_cron(one) for one in crons}
        self.now = SIX - 5 * MINUTE
        self.fired: list[tuple[str, int]] = []
        self.told: list[str] = []
        self.fails = False
        self.restart()

    def restart(self) -> None:
        self.schedule = Schedule(
            *(self.crons, Mark(self.folder), self._fire, lambda: self.now, self.told.append)
        )

    async def _fire(self, cron: str) -> None:
        self.fired.append((cron, self.now))
        if self.fails:
            raise StoreFailed("the database failed")

    def look(self, at: int) -> list[tuple[str, int]]:
        """What it starts then."""
        self.now, self.fired = at, []
        asyncio.run(self.schedule.look())
        return self.fired


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "data", DAILY)
    assert made.look(SIX - 5 * MINUTE) == []
    return made


def test_it_starts_at_its_time(world: World) -> None:
    """Not before, and not twice in its minute."""
    assert world.look(SIX - 1) == []
    assert world.look(SIX + 20) == [(DAILY, SIX + 20)]
    assert world.look(SIX + MINUTE - 1) == []
    assert world.look(SIX + MINUTE) == []
    assert world.look(SIX + 1440 * MINUTE) == [(DAILY, SIX + 1440 * MINUTE)]


def test_a_restart_starts_nothing_again(world: World) -> None:
    """In the same minute, and in those that follow."""
    world.look(SIX)
    for at in (SIX + 1, SIX + MINUTE - 1, SIX + 9 * MINUTE):
        world.restart()
        assert world.look(at) == []


def test_a_process_that_died_at_the_start_starts_nothing_again(world: World) -> None:
    """At most once: it was written down before."""
    world.fails = True
    assert world.look(SIX) == [(DAILY, SIX)]
    assert world.told == ["schedule: store_failed: the database failed"]
    world.restart()
    assert world.look(SIX + 1) == []


def test_what_was_missed_is_made_up_for(world: World) -> None:
    """Once, if it was not long ago."""
    world.restart()
    assert world.look(SIX + LATE) == [(DAILY, SIX + LATE)]
    world.restart()
    assert world.look(SIX + LATE) == []


def test_what_was_missed_long_ago_is_not(world: World) -> None:
    """Cloudflare makes up for nothing either."""
    world.restart()
    assert world.look(SIX + LATE + MINUTE) == []


def test_several_missed_times_are_one(tmp_path: Path) -> None:
    """A brain that starts each minute does not start ten times."""
    world = World(tmp_path / "data", ALWAYS)
    world.look(SIX)

    assert world.look(SIX + 5 * MINUTE) == [(ALWAYS, SIX + 5 * MINUTE)]


def test_a_new_folder_starts_nothing_of_before(tmp_path: Path) -> None:
    """Its first minute counts as looked at."""
    world = World(tmp_path / "data", ALWAYS)

    assert world.look(SIX) == []
    assert world.look(SIX + MINUTE) != []


def test_a_clock_that_was_set_back(world: World) -> None:
    """By less than an hour: what started does not start again. By more: it is said, and goes on."""
    world.look(SIX)
    assert world.look(SIX - 30 * MINUTE) == []
    assert world.look(SIX) == []
    assert world.look(SIX - 2880 * MINUTE) == []
    assert "the clock was set back" in world.told[-1]
    assert world.look(SIX - 1440 * MINUTE) != []


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_broken_file(world: World, text: str) -> None:
    """Nothing starts, and it is said."""
    (world.folder.root / FILE).write_text(text)

    assert world.look(SIX) == []
    assert world.told == [
        "schedule: schedule in the data folder cannot be used; nothing was started"
    ]


def test_a_schedule_that_cannot_be_read() -> None:
    """The brain is named, and what px serve reads."""
    with pytest.raises(Usage, match="the schedule of the brain 'late' cannot be read"):
        crons_of(Brains([brain("late").with_schedule("59 23 LW * *").step("One", _step)]))


def _step(state: dict[str, Any]) -> dict[str, Any]:
    return state


def brains() -> list[Brain]:
    return [
        brain("daily").with_schedule(DAILY).step("One", _step),
        brain("never").step("One", _step),
    ]


def test_a_hosts_own_brains(tmp_path: Path) -> None:
    """With real ledgers: the run and the same events as in the Worker, by the schedule's token; a
    second process on the same folder starts nothing."""
    token, now = mint_root(os.urandom), [SIX - MINUTE]
    key = f"k1:{b64encode(bytes(32)).decode()}"
    settings, files = Settings(key, root_hash(token), "shop"), LedgerFiles(tmp_path / "ledgers")
    files.folder.mkdir(mode=0o700)
    mark = Mark(DataFolder(tmp_path))
    mark.write(SIX - MINUTE)
    now[0] = SIX

    async def one_process(log: HostLog) -> tuple[list[Any], list[Any]]:
        host = Host(lambda: settings, files, Edge(), log, lambda: now[0])
        host.run_brains(Brains(brains()), mark)
        assert host.schedule is not None
        await host.schedule.look()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(host),
            base_url="http://127.0.0.1",
            headers={"Authorization": f"Bearer {token}"},
        ) as client:
            runs = (await client.get("/runs")).json()["runs"]
            return runs, (await client.get("/audit")).json()["events"]

    with (tmp_path / "log").open("a") as stream:
        for _ in range(2):
            runs, events = asyncio.run(one_process(HostLog(stream)))
            assert [one["brainTitle"] for one in runs] == ["daily"]
            told = [(one["action"], one["actor"]["name"]) for one in reversed(events)]
            assert told == [
                ("token.create", "schedule"),
                ("brain.run", "schedule"),
                ("token.revoke", "schedule"),
            ]
    assert (tmp_path / FILE).read_text() == f"{iso(SIX)}\n"
