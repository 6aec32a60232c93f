"""What is promised of a rotation: each record comes under the newest key, and none is lost."""

from __future__ import annotations

import asyncio

from contracts.commanding import TOKEN_ID, Commanding, bulk, command, issue, put, shown
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.worlds import KEYS
from positronic.commands.command import Command
from positronic.errors import Busy
from positronic.ledger.copy_rows import OUTBOX
from positronic.ledger.secret_rows import STATES, VERSIONS
from positronic.ledger.token_rows import TOKENS
from positronic.rows import Delete, Put

SUITE: Suite[LedgerWorld] = Suite("rotation_commands")

NEWER = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
NAMES = [f"N{number:03}" for number in range(60)]


def rotate() -> Command:
    return command("keys.rotate", newest="k2")


async def _rotating(world: LedgerWorld, names: list[str]) -> Commanding:
    """These secrets and a token under k1, and a place that has k2 in front."""
    old = Commanding(world)
    await old.run(bulk(names), issue())
    for row in old.ledger.list(OUTBOX.kind):
        old.ledger.commit([Delete(OUTBOX.kind, row.id)], {})
    return Commanding(world, old.clock, f"{NEWER},{KEYS}")


@SUITE.check
async def check_all_come_under_the_newest(world: LedgerWorld) -> None:
    """Step by step, with versions and dates as they were; a token opens before and after."""
    place = await _rotating(world, NAMES)
    before = {row.id: STATES.read(row).metadata for row in place.ledger.list(STATES.kind)}
    steps = [await place.run(rotate()) for _ in range(3)]
    after = {row.id: STATES.read(row).metadata for row in place.ledger.list(STATES.kind)}

    assert steps == [[50, 11, []], [11, 0, []], [0, 0, []]]
    assert {one.key_id for one in after.values()} == {"k2"}
    for name, metadata in after.items():
        kept, now = before[name], metadata
        assert (kept.version, kept.created_at, kept.updated_at) == (
            *(now.version, now.created_at, now.updated_at),
        ), name
    alone = Commanding(world, place.clock, NEWER)
    assert await alone.values() == dict.fromkeys(NAMES, "value")
    await alone.run(command("secret.list", shown(), newest="k2", limit=9))
    assert len(place.rows()["outbox"]) == len(NAMES), "the copies"
    assert place.actions()[-2:] == ["keys.rotate", "keys.rotate"], "a step without work has none"


@SUITE.check
async def check_census(world: LedgerWorld) -> None:
    """Every key that is in use, and how many entries cannot be read."""
    place = await _rotating(world, NAMES[:3])
    await place.run(put("NEW", newest="k2"))
    place.ledger.commit([Put(TOKENS.kind, "f" * 16, "{}", ("k1", None))], {})

    uses, unreadable = await place.run(command("keys.census", newest="k2"))
    assert uses == [["k1", 3, 1], ["k2", 1, 0]]
    assert unreadable == 1


@SUITE.check
async def check_what_does_not_open(world: LedgerWorld) -> None:
    """Is listed, counts as remaining, and stops nothing, however many there are."""
    place = await _rotating(world, NAMES)
    ids = [VERSIONS.read(row) for row in place.ledger.list(VERSIONS.kind)][:55]
    broken = [Put(VERSIONS.kind, VERSIONS.id_of(one), "{}", ("k1",)) for one in ids]
    place.ledger.commit(broken, {})
    resealed, remaining, failed = await place.run(rotate())

    assert (resealed, remaining) == (6, 55)
    assert [name for _, _, name in failed] == NAMES[:55]
    assert {code for code, _, _ in failed} == {"corrupt_record"}
    lost = Commanding(world, place.clock, NEWER)
    resealed, remaining, failed = await lost.run(rotate())
    assert (resealed, remaining) == (0, 55)
    assert {code for code, _, _ in failed} == {"unknown_key"}


@SUITE.check
async def check_changed_token(world: LedgerWorld) -> None:
    """A token whose row was changed is not signed anew."""
    place = await _rotating(world, [])
    row = place.ledger.get(TOKENS.kind, [TOKEN_ID])[TOKEN_ID]
    raised = row.text.replace('"writer"', '"admin"')
    place.ledger.commit([Put(TOKENS.kind, TOKEN_ID, raised, row.keys)], {})
    resealed, remaining, failed = await place.run(rotate())

    assert (resealed, remaining, failed[0][2]) == (0, 1, f"token {TOKEN_ID}")
    assert place.ledger.get(TOKENS.kind, [TOKEN_ID])[TOKEN_ID].text == raised


@SUITE.check
async def check_in_use(world: LedgerWorld) -> None:
    """Changes and deletions while a step seals are not undone, and what they leave is resealed."""
    place = await _rotating(world, NAMES[:40])
    changes = [put(name, "newer", newest="k2") for name in NAMES[:5]]
    gone = [command("secret.delete", newest="k2", name=name) for name in NAMES[5:10]]
    every = [place.run(one) for one in (rotate(), *changes, *gone)]
    step, *others = await asyncio.gather(*every, return_exceptions=True)
    assert not isinstance(step, Exception) or isinstance(step, Busy), step
    assert [one for one in others if isinstance(one, Exception)] == [], "a change was refused"
    while (await place.run(rotate()))[1]:
        pass

    expected = dict.fromkeys(NAMES[:5], "newer") | dict.fromkeys(NAMES[10:40], "value")
    assert await Commanding(world, place.clock, NEWER).values() == expected


@SUITE.check
async def check_older_entry(world: LedgerWorld) -> None:
    """An entry that does not have the newest key yet changes nothing."""
    place = await _rotating(world, NAMES[:3])
    before = place.rows()
    await raises(Busy, place.run(put("A")))

    assert place.rows() == before
