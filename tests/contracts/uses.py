"""What is promised of counted reads: who read which version, when, and what nobody reads."""

from __future__ import annotations

from typing import Any

from contracts.alarms import Alarmed
from contracts.commanding import Commanding, bulk, command, put
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from positronic.commands.command import Command
from positronic.errors import NotFound
from positronic.ledger.setting_rows import SETTING
from positronic.ledger.use_rows import COUNTED_ID, KEPT, USES
from positronic.roles import Principal, Role
from positronic.rows import Delete, Put
from positronic.times import DAY, iso, milliseconds

SUITE: Suite[LedgerWorld] = Suite("uses")

SECONDS = DAY // 1000


def brain(title: str, run: str = "0" * 32) -> Principal:
    return Principal(run, title, Role.READER, None, kind="brain")


def read(*names: str, title: str = "nightly", run: str = "0" * 32) -> Command:
    return command("brain.read", brain(title, run), names=list(names))


async def uses(place: Commanding, name: str, version: int | None = None) -> list[list[Any]]:
    listed, _, _ = await place.run(command("secret.uses", name=name, version=version, limit=1000))
    return list(listed)


async def unused(place: Commanding, days: int) -> list[str]:
    found = await place.page("secret.unused", unusedFor=days * SECONDS, limit=1000)
    return [one["name"] for one in found["secrets"]]


async def last_reads(place: Commanding) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    cursor = None
    while not found or cursor:
        page = await place.page(cursor=cursor, limit=1000)
        cursor = page.get("cursor")
        reads = {one["name"]: one.get("lastReadAt") for one in page["secrets"]}
        found |= {name: at and milliseconds(at) for name, at in reads.items()}
    return found


@SUITE.check
async def check_counters(world: LedgerWorld) -> None:
    """One a version, reader and day, however many runs: the newest version and day first."""
    place = Commanding(world)
    place.clock.now = start = 20_000 * DAY + 17
    await place.run(put("A"), read("A"), read("A", run="1" * 32))
    place.clock.now += 5
    await place.run(read("A"), read("A", title="hourly / ü"), read("A", "NONE"))
    place.clock.now += DAY
    await place.run(read("A"), put("A", "newer"), read("A"))
    later = start + 5 + DAY

    found = await uses(place, "A")
    assert found[0] == [2, "brain", "nightly", None, 1, later, later]
    assert found[1] == [1, "brain", "nightly", None, 1, later, later]
    assert sorted(found[2:]) == [
        [1, "brain", "hourly / ü", None, 1, start + 5, start + 5],
        [1, "brain", "nightly", None, 4, start, start + 5],
    ]
    assert await uses(place, "A", 2) == found[:1]
    assert await uses(place, "A", 1) == found[1:]
    assert await uses(place, "A", 3) == []


@SUITE.check
async def check_others(world: LedgerWorld) -> None:
    """A name that begins like another has its own; what no secret was ever called is not found."""
    place = Commanding(world)
    await place.run(bulk(["A", "AB", "A0", "B"]), read("AB", "A0"))

    assert await uses(place, "A") == []
    assert [one[4] for one in await uses(place, "AB")] == [1]
    error = await raises(NotFound, place.run(command("secret.uses", name="NONE", limit=9)))
    assert error.message == "there is no secret NONE"


@SUITE.check
async def check_pages(world: LedgerWorld) -> None:
    """Page after page, each counter once."""
    place = Commanding(world)
    await place.run(put("A"), *(read("A", title=f"brain {number}") for number in range(5)))
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        asked = command("secret.uses", name="A", cursor=cursor, limit=2)
        listed, cursor, _ = await place.run(asked)
        found += [one[2] for one in listed]
        pages += 1

    assert (sorted(found), pages) == ([f"brain {number}" for number in range(5)], 3)


@SUITE.check
async def check_no_read(world: LedgerWorld) -> None:
    """A look whether it is there, a list and a change count as no read."""
    place = Commanding(world)
    await place.run(
        *(put("A"), command("secret.exists", name="A"), command("secret.infos", names=["A"])),
        *(command("secret.list", limit=9), put("A", "newer"), command("root.replace", names=["b"])),
    )

    assert await uses(place, "A") == []
    assert await last_reads(place) == {"A": None}


@SUITE.check
async def check_sent_again(world: LedgerWorld) -> None:
    """A read that was sent twice is counted once."""
    place, once = Commanding(world), read("A")
    await place.run(put("A"), once, once)

    assert [one[4] for one in await uses(place, "A")] == [1]


@SUITE.check
async def check_settled(world: LedgerWorld) -> None:
    """What was read from copies counts on the day of its read, and is not the last read by that."""
    place = Commanding(world)
    await place.run(put("A"))
    earlier = place.clock.now
    place.clock.now += 3 * DAY
    settle = command("brain.settle", brain("nightly"), versions={"A": 1}, at=earlier)
    await place.run(read("A"), settle, settle)

    assert [one[4:] for one in await uses(place, "A")] == [
        [1, place.clock.now, place.clock.now],
        [1, earlier, earlier],
    ]
    assert await last_reads(place) == {"A": place.clock.now}


@SUITE.check
async def check_unused(world: LedgerWorld) -> None:
    """What is old enough and was not read since then, in name order."""
    place = Commanding(world)
    await place.run(bulk(["NEVER", "ONCE", "OFTEN"]), read("ONCE", "OFTEN"))
    place.clock.now += 10 * DAY
    await place.run(put("NEW"), read("OFTEN"), put("ONCE", "newer"))
    place.clock.now += 1

    assert await unused(place, 10) == ["NEVER", "ONCE"]
    assert await unused(place, 11) == []
    place.clock.now += 11 * DAY
    assert await unused(place, 11) == ["NEVER", "NEW", "OFTEN", "ONCE"]


@SUITE.check
async def check_unused_pages(world: LedgerWorld) -> None:
    """A page without any is not the last one."""
    place, names = Commanding(world), [f"N{number:02}" for number in range(9)]
    await place.run(bulk(names))
    place.clock.now += 2 * DAY
    await place.run(read(*names[:-1]))
    pages: list[list[str]] = []
    cursor = None
    while not pages or cursor:
        found = await place.page("secret.unused", unusedFor=SECONDS, cursor=cursor, limit=4)
        cursor = found.get("cursor")
        pages.append([one["name"] for one in found["secrets"]])

    assert pages == [[], [], [names[-1]]]
    assert found["countedSince"] == iso(place.clock.now - 2 * DAY)
    assert found["complete"] is True


@SUITE.check
async def check_many(world: LedgerWorld) -> None:
    """The last reads of a long list, among those of names that are deleted."""
    place = Commanding(world)
    names = [f"N{number:04}" for number in range(1200)]
    for start in range(0, 1200, 400):
        await place.run(bulk(names[start : start + 400]), read(*names[start : start + 400]))
    await place.run(*(command("secret.delete", name=name) for name in names[100:300]))

    assert await last_reads(place) == dict.fromkeys([*names[:100], *names[300:]], place.clock.now)


@SUITE.check
async def check_deleted(world: LedgerWorld) -> None:
    """Who read a secret is told after it was deleted too, and its next version counts apart."""
    place = Commanding(world)
    await place.run(put("A"), read("A"), command("secret.delete", name="A"))
    assert [one[0] for one in await uses(place, "A")] == [1]
    await place.run(put("A"), read("A"))

    assert [one[0] for one in await uses(place, "A")] == [2, 1]


@SUITE.check
async def check_retention(world: LedgerWorld) -> None:
    """Counters go after 90 days without any call; when a secret was last read stays known."""
    alarmed = Alarmed(world)
    place = alarmed.place
    place.clock.now = start = 20_000 * DAY
    await place.run(put("A"), *(read("A", title=f"brain {number}") for number in range(3)))
    await alarmed.until(start + DAY)
    await place.run(read("A"))
    await alarmed.until(start + KEPT + DAY - 1)
    assert len(await uses(place, "A")) == 4
    await alarmed.until(start + KEPT + 2 * DAY - 1)
    assert len(await uses(place, "A")) == 1
    await alarmed.until(start + KEPT + 4 * DAY)

    assert await uses(place, "A") == []
    assert await last_reads(place) == {"A": start + DAY}


@SUITE.check
async def check_since(world: LedgerWorld) -> None:
    """A ledger that is older than its counters says that it counts from its next daily step on."""
    alarmed = Alarmed(world)
    place, start = alarmed.place, alarmed.place.clock.now
    await place.run(put("A"))
    _, _, since = await place.run(command("secret.uses", name="A", limit=9))
    assert since == start
    place.ledger.commit([Delete(SETTING, COUNTED_ID)], {})
    _, _, since = await place.run(command("secret.uses", name="A", limit=9))
    assert since is None
    await alarmed.until(start + 3 * DAY)
    _, _, since = await place.run(command("secret.uses", name="A", limit=9))

    assert since == start + DAY


@SUITE.check
async def check_garbage(world: LedgerWorld) -> None:
    """Counters that cannot be read stop no read, and no secret is called unused because of them."""
    place = Commanding(world)
    await place.run(bulk(["A", "B"]), read("A"))
    for row in place.ledger.list(USES.kind):
        place.ledger.commit([Put(USES.kind, row.id, "garbage", row.keys)], {})
    place.clock.now += 2 * DAY

    assert await uses(place, "A") == []
    assert await last_reads(place) == {"A": None, "B": None}
    assert await unused(place, 1) == ["B"]
    place.clock.now -= 2 * DAY
    await place.run(read("A"))
    assert [one[4] for one in await uses(place, "A")] == [1]
    assert await last_reads(place) == {"A": place.clock.now, "B": None}
