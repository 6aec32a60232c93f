"""What is promised of a ledger that is full: it takes no new values, and can be emptied."""

from __future__ import annotations

from contracts.commanding import TOKEN_ID, Commanding, bulk, command, issue, put
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from positronic.errors import LedgerFull

SUITE: Suite[LedgerWorld] = Suite("full_ledger")


@SUITE.check
async def check_no_new_values(world: LedgerWorld) -> None:
    """Neither one nor many are written, and nothing is left of them."""
    place = Commanding(world)
    await place.run(put("A"))
    place.is_full, before = True, place.rows()
    await raises(LedgerFull, place.run(put("A")))
    await raises(LedgerFull, place.run(bulk(["B", "C"])))

    assert place.rows() == before


@SUITE.check
async def check_can_be_emptied(world: LedgerWorld) -> None:
    """Reading, rotating, deleting and revoking work; with room again, so does writing."""
    place = Commanding(world)
    await place.run(put("A"), put("B"), issue())
    place.is_full = True
    await place.run(
        command("secret.list", limit=9),
        command("keys.rotate"),
        command("secret.delete", name="A"),
        command("token.revoke", id=TOKEN_ID),
    )
    assert await place.values() == {"B": "value"}
    place.is_full = False
    await place.run(put("A"))
    assert set(await place.values()) == {"A", "B"}


@SUITE.check
async def check_sent_again(world: LedgerWorld) -> None:
    """What was written before the ledger was full is answered as before."""
    place, first = Commanding(world), put("A")
    answered = await place.run(first)
    place.is_full = True

    assert await place.run(first) == answered


@SUITE.check
async def check_size(world: LedgerWorld) -> None:
    """A database says how much it has, and less once something is destroyed."""
    if world.database is None:
        return
    place, names = Commanding(world), [f"N{number}" for number in range(20)]
    await place.run(bulk(names[:1]))
    before = world.database.size()
    await place.run(bulk(names, "x" * 60_000))
    full = world.database.size()
    await place.run(*(command("secret.destroy", name=name) for name in names))

    assert full > before + 20 * 60_000
    assert world.database.size() < full - 19 * 60_000
