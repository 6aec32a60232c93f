"""What is promised of one secret: its dates, what a broken one still allows, what is kept of it."""

from __future__ import annotations

from contracts.commanding import Commanding, bulk, command, put
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.worlds import PROJECT
from positronic.commands.place import Place
from positronic.errors import CorruptRecord, NotFound
from positronic.ledger.copy_rows import OUTBOX
from positronic.ledger.secret_rows import VERSIONS
from positronic.rows import Put
from positronic.times import iso

SUITE: Suite[LedgerWorld] = Suite("secret_commands")

CANARY = "canary-7f3a9c"


@SUITE.check
async def check_clock_going_back(world: LedgerWorld) -> None:
    """A clock that went back does not date an update before what it replaces."""
    place = Commanding(world)
    _, created, updated = await place.run(put("A", "one"))
    place.clock.now -= 60_000

    assert await place.run(put("A", "two")) == [2, created, updated]
    assert await place.values() == {"A": "two"}


@SUITE.check
async def check_what_does_not_open(world: LedgerWorld) -> None:
    """It is listed like any other, can be replaced and keeps its creation, and can be deleted."""
    place = Commanding(world)
    await place.run(bulk(["A", "B"]))
    created = place.clock.now
    for row in place.rows()["version"]:
        record = VERSIONS.read(row)
        cut = row.text.replace(record.sealed, record.sealed[:-1])
        place.ledger.commit([Put(VERSIONS.kind, row.id, cut, row.keys)], {})
    place.clock.now += 5
    listed = (await place.page())["secrets"]
    await raises(CorruptRecord, place.run(command("secret.exists", name="A")))
    replaced = await place.run(put("A", "again"))
    await place.run(command("secret.delete", name="B"))

    found = [(one["name"], one["version"], one["createdAt"], one["sealedAt"]) for one in listed]
    assert found == [(name, 1, iso(created), iso(created)) for name in ("A", "B")]
    assert replaced == [2, created, created + 5]
    assert await place.values() == {"A": "again"}


@SUITE.check
async def check_what_is_no_event(world: LedgerWorld) -> None:
    """A list, a look, and the deletion of what is not there leave nothing in the log."""
    place = Commanding(world)
    await place.run(put("A"))
    before = place.rows()
    await place.run(
        *(command("secret.list", limit=9), command("secret.exists", name="A")),
        *(command("audit.list", limit=9), command("keys.census"), command("token.list", limit=9)),
    )
    await raises(NotFound, place.run(command("secret.delete", name="NONE")))

    assert place.rows() == before


@SUITE.check
async def check_nothing_in_clear(world: LedgerWorld) -> None:
    """No row of any kind holds a value, and none of the events does."""
    place = Commanding(world)
    await place.run(put("A", CANARY), bulk(["A", "B"], CANARY), command("secret.delete", name="B"))

    assert CANARY not in str(place.rows())
    assert CANARY not in str(await place.run(command("audit.list", limit=9)))


@SUITE.check
async def check_any_cursor(world: LedgerWorld) -> None:
    """A cursor that no list gave shows names of the project or none, whatever it is."""
    place = Commanding(world)
    await place.run(bulk(["A", "B", "C"]))
    for cursor in ("garbage", "=", "=A", "A", "\0", "x" * 5000, "'; DROP TABLE secret", "é", "~"):
        listed = (await place.page(cursor=cursor))["secrets"]
        assert {one["name"] for one in listed} <= {"A", "B", "C"}, cursor[:9]
    assert len(place.rows()["secret"]) == 3


@SUITE.check
async def check_without_copies(world: LedgerWorld) -> None:
    """Where nothing is copied, no copy is noted as due."""
    place = Commanding(world)
    for one in (put("A"), bulk(["A", "B"]), command("secret.delete", name="A")):
        await Place(PROJECT, world.open(), place.tools).run(one)

    assert place.ledger.list(OUTBOX.kind) == []
    assert await place.values() == {"B": "value"}
