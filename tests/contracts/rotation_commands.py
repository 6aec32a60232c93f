"""What is promised of a rotation: each record comes under the newest key, and none is lost."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from contracts.commanding import TOKEN_ID, Commanding, bulk, command, issue, put, shown
from contracts.copies import Elsewhere
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.worlds import KEYS, PROJECT
from positronic.commands.command import Command
from positronic.copies.drain import Drain
from positronic.errors import Busy, InvalidRequest
from positronic.ledger.copy_rows import OUTBOX
from positronic.ledger.event_rows import ChainedEvent
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_from
from positronic.ledger.token_rows import TOKENS
from positronic.names import Value
from positronic.rows import Delete, Put
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer

SUITE: Suite[LedgerWorld] = Suite("rotation_commands")

NEWER = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
NAMES = [f"N{number:03}" for number in range(60)]


def rotate(cursor: str | None = None) -> Command:
    return command("keys.rotate", newest="k2", cursor=cursor)


async def _walk(place: Commanding) -> list[list[Any]]:
    """The steps of a rotation, each from where the one before stopped."""
    steps = [await place.run(rotate())]
    while steps[-1][3] is not None:
        steps.append(await place.run(rotate(steps[-1][3])))
    return steps


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
    steps = [step[:3] for step in [*await _walk(place), *await _walk(place)]]
    after = {row.id: STATES.read(row).metadata for row in place.ledger.list(STATES.kind)}

    assert steps == [[50, 12, []], [12, 0, []], [0, 0, []]]
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
    """Every key that is in use, also by what cannot be read, and the newest."""
    place = await _rotating(world, NAMES[:3])
    await place.run(put("NEW", newest="k2"))
    place.ledger.commit([Put(TOKENS.kind, "f" * 16, "{}", ("k0", None))], {})

    uses, at_provider = await place.run(command("keys.census", newest="k2"))
    assert at_provider is None
    assert uses == [["k0", 0, 1, 0, 0], ["k1", 3, 1, 1, 0], ["k2", 1, 0, 0, 0]]
    newer = Commanding(world, place.clock, f"k3:{KEYS.partition(':')[2]} {NEWER} {KEYS}")
    uses, _ = await newer.run(command("keys.census", newest="k3"))
    assert uses[-1] == ["k3", 0, 0, 0, 0]


@SUITE.check
async def check_what_does_not_open(world: LedgerWorld) -> None:
    """Is listed, counts as remaining, and stops nothing, however many there are."""
    place = await _rotating(world, NAMES)
    ids = [VERSIONS.read(row) for row in place.ledger.list(VERSIONS.kind)][:55]
    broken = [Put(VERSIONS.kind, VERSIONS.id_of(one), "{}", ("k1",)) for one in ids]
    place.ledger.commit(broken, {})
    steps = await _walk(place)

    assert [step[:2] for step in steps] == [[0, 62], [7, 55]]
    failed = [one for step in steps for one in step[2]]
    assert [name for _, _, name in failed] == NAMES[:55]
    assert {code for code, _, _ in failed} == {"corrupt_record"}
    lost = Commanding(world, place.clock, NEWER)
    steps = await _walk(lost)
    assert [step[:2] for step in steps] == [[0, 55], [0, 55]]
    assert {code for step in steps for code, _, _ in step[2]} == {"unknown_key"}


@SUITE.check
async def check_each_record_once(world: LedgerWorld) -> None:
    """A step begins after the last record that the one before looked at, also one that failed."""
    place = await _rotating(world, NAMES)
    ids = [VERSIONS.read(row) for row in place.ledger.list(VERSIONS.kind)][:55]
    broken = [Put(VERSIONS.kind, VERSIONS.id_of(one), "{}", ("k1",)) for one in ids]
    place.ledger.commit(broken, {})
    looked = [name for step in await _walk(place) for _, _, name in step[2]]
    again = [name for step in await _walk(place) for _, _, name in step[2]]

    assert looked == again == NAMES[:55]


@SUITE.check
async def check_two_at_once(world: LedgerWorld) -> None:
    """Two rotations side by side reseal everything, and neither reports a failure."""
    place = await _rotating(world, NAMES)
    outcomes = await asyncio.gather(_walk(place), _walk(place), return_exceptions=True)
    while (await _walk(place))[-1][1]:
        pass

    assert [
        one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Busy)
    ] == []
    assert [step[2] for one in outcomes if isinstance(one, list) for step in one if step[2]] == []
    assert await Commanding(world, place.clock, NEWER).values() == dict.fromkeys(NAMES, "value")


@SUITE.check
async def check_kept_versions(world: LedgerWorld) -> None:
    """A version that is not the current one counts, is resealed, and keeps its number."""
    place = await _rotating(world, NAMES[:1])
    (record,) = [VERSIONS.read(row) for row in place.ledger.list(VERSIONS.kind)]
    sealer = Sealer(PROJECT, world.cipher, Keyring(KEYS), os.urandom)
    later = record.metadata._replace(version=2)
    current = await sealer.seal(record.name, Value("later"), later)
    state = STATES.put(SecretState(record.name, later))
    place.ledger.commit([state, VERSIONS.put(version_from(current))], {})

    assert (await place.run(rotate()))[:3] == [4, 0, []]
    found = [VERSIONS.read(row) for row in place.ledger.list(VERSIONS.kind)]
    newest = Sealer(PROJECT, world.cipher, Keyring(NEWER), os.urandom)
    opened = {one.metadata.version: (await newest.open(one)).reveal() for one in found}
    assert opened == {1: "value", 2: "later"}
    (event, *_) = place.events()
    assert isinstance(event, ChainedEvent)
    assert event.event.names == (record.name, f"token {TOKEN_ID}", "audit key")


@SUITE.check
async def check_copies(world: LedgerWorld) -> None:
    """A copy counts until what was published is under the newest key, also when all is resealed."""
    old, copies = Commanding(world), Elsewhere()
    await old.run(bulk(NAMES[:3]))
    await Drain(old.ledger, copies, old.clock).step()
    place = Commanding(world, old.clock, f"{NEWER},{KEYS}")

    assert (await place.run(rotate()))[:3] == [4, 3, []]
    assert (await place.run(command("keys.census", newest="k2")))[0][0] == ["k1", 0, 0, 0, 3]
    assert (await place.run(rotate()))[:3] == [0, 3, []]
    await Drain(place.ledger, copies, place.clock).step()
    assert (await place.run(rotate()))[:3] == [0, 0, []]
    assert {one.metadata.key_id for one in copies.records.values()} == {"k2"}


@SUITE.check
async def check_wrong_cursor(world: LedgerWorld) -> None:
    """A cursor that no step gave is refused."""
    place = await _rotating(world, NAMES[:1])
    for cursor in ("", "x", "9:1:k1:A", "0:1:k 1:A", f"0:1:k1:{'A' * 201}"):
        await raises(InvalidRequest, place.run(rotate(cursor)))


@SUITE.check
async def check_changed_token(world: LedgerWorld) -> None:
    """A token whose row was changed is not signed anew."""
    place = await _rotating(world, [])
    row = place.ledger.get(TOKENS.kind, [TOKEN_ID])[TOKEN_ID]
    raised = row.text.replace('"writer"', '"admin"')
    place.ledger.commit([Put(TOKENS.kind, TOKEN_ID, raised, row.keys)], {})
    resealed, remaining, failed, _ = await place.run(rotate())

    assert (resealed, remaining, failed[0][2]) == (1, 1, f"token {TOKEN_ID}")
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
