"""What is promised of versions: kept, rolled back to, restored, destroyed, removed in time."""

from __future__ import annotations

import asyncio
from typing import Any

from contracts.alarms import Alarmed
from contracts.commanding import NO_SECRETS, Commanding, command, put
from contracts.ledger_world import LedgerWorld
from contracts.rotation_commands import NEWER, rotate
from contracts.suite import Suite, raises
from contracts.worlds import KEYS
from positronic.commands.command import Command
from positronic.errors import Conflict, CorruptRecord, NotFound, StoreFailed, VersionMismatch
from positronic.ledger.secret_rows import STATES, VERSIONS
from positronic.rows import Put
from positronic.times import DAY, iso

SUITE: Suite[LedgerWorld] = Suite("version_commands")

BIG = "x" * 60_000


def expecting(version: int, value: str = "value", name: str = "A") -> Command:
    """Written only over this version."""
    return command("secret.put", entry=[name, value, version])


def rollback(to: int, name: str = "A", expected: int | None = None) -> Command:
    return command("secret.rollback", name=name, to=to, ifVersion=expected)


def restore(name: str = "A") -> Command:
    return command("secret.restore", name=name)


def delete(name: str = "A") -> Command:
    return command("secret.delete", name=name)


def destroy(version: int | None = None, name: str = "A") -> Command:
    return command("secret.destroy", name=name, version=version)


async def history(place: Commanding, name: str = "A") -> list[tuple[int, str]]:
    """Each version that is kept, and how it stands."""
    found, _ = await place.run(command("secret.versions", name=name))
    return [(one[0], one[1]) for one in found]


async def filled(world: LedgerWorld, *values: str) -> Commanding:
    """A has had these values."""
    place = Commanding(world)
    for value in values:
        await place.run(put("A", value))
        place.clock.now += 1000
    return place


@SUITE.check
async def check_history(world: LedgerWorld) -> None:
    """Newest first, with who wrote it and when; an unknown name has none."""
    place = await filled(world, "one", "two")
    created = place.clock.now - 2000
    found, until = await place.run(command("secret.versions", name="A"))

    by = {"type": "token", "id": "root", "name": "root"}
    assert found == [
        [2, "current", created + 1000, by, None],
        [1, "previous", created, by, None],
    ]
    assert until is None
    await raises(NotFound, place.run(command("secret.versions", name="B")))


@SUITE.check
async def check_kept(world: LedgerWorld) -> None:
    """Ten versions are kept, or as many as the policy says, at once when it says fewer."""
    place = await filled(world, *(f"value {number}" for number in range(1, 13)))
    assert [one for one, _ in await history(place)] == list(range(12, 2, -1))

    await place.run(command("secret.policy", name="A", fields={"keep_versions": 3}))
    assert [one for one, _ in await history(place)] == [12, 11, 10]
    await place.run(put("A"))
    assert [one for one, _ in await history(place)] == [13, 12, 11]
    assert len(place.rows()["version"]) == 3


@SUITE.check
async def check_eight_megabytes(world: LedgerWorld) -> None:
    """However many a policy keeps: over 8 MB of sealed text of a name, the oldest go."""
    place = await filled(world, "one")
    await place.run(command("secret.policy", name="A", fields={"keep_versions": 100}))
    for _ in range(105):
        await place.run(put("A", "y" * 65_536))

    texts = [row.text for row in place.rows()["version"]]
    assert 90 < len(texts) < 100
    assert sum(map(len, texts)) <= 8 * 1024 * 1024 + 1000


@SUITE.check
async def check_expected_version(world: LedgerWorld) -> None:
    """Another version than the expected one changes nothing, and is told; 0 is for a new name."""
    place = await filled(world, "one", "two")
    before = place.rows()
    for wrong, change in ((2, expecting(1)), (2, expecting(0)), (0, expecting(1, name="B"))):
        error = await raises(VersionMismatch, place.run(change))
        assert [one.current_version for one in error.details] == [wrong]
    error = await raises(
        VersionMismatch,
        place.run(command("secret.bulk", entries=[["A", "x", 2], ["B", "x", 7], ["C", "x", 0]])),
    )
    told = [(one.index, one.name, one.current_version) for one in error.details]
    assert told == [(1, "B", 0)]
    await raises(VersionMismatch, place.run(rollback(1, expected=1)))
    assert place.rows() == before

    assert (await place.run(expecting(2, "three")))[0] == 3
    assert (await place.run(expecting(0, name="B")))[0] == 1
    await place.run(delete("B"))
    assert (await place.run(expecting(0, name="B")))[0] == 2, "a deleted one is none"


@SUITE.check
async def check_one_writer_wins(world: LedgerWorld) -> None:
    """Of two who expect the same version, exactly one writes, a hundred times."""
    place = await filled(world, "0")
    for version in range(1, 101):
        both = await asyncio.gather(
            *(place.run(expecting(version, f"{writer}{version}")) for writer in "ab"),
            return_exceptions=True,
        )
        refused = [one for one in both if isinstance(one, VersionMismatch)]
        assert len(refused) == 1, f"at version {version}"
        assert [one.current_version for one in refused[0].details] == [version + 1]


@SUITE.check
async def check_rollback(world: LedgerWorld) -> None:
    """The value of before, as a new version that says where it is from; one event; a due copy."""
    place = await filled(world, "one", "two")
    result = await place.run(rollback(1))

    assert (result[0], result[3]) == (3, 1)
    assert await place.values() == {"A": "one"}
    assert await history(place) == [(3, "current"), (2, "previous"), (1, "previous")]
    found, _ = await place.run(command("secret.versions", name="A"))
    assert found[0][4] == 1, "restored from"
    assert place.actions()[-1] == "secret.rollback"
    assert [row.id for row in place.rows()["outbox"]] == ["A"]
    for nobody in (rollback(7), rollback(1, name="B")):
        await raises(NotFound, place.run(nobody))


@SUITE.check
async def check_interrupted(world: LedgerWorld) -> None:
    """Whichever statement of a rollback fails, the value is the one of before."""
    place = await filled(world, "one", "two")
    change, spare = rollback(1), 0
    while True:
        try:
            await place.place(world.failing(spare)).run(change)
            break
        except StoreFailed:
            assert await place.values() == {"A": "two"}, f"after statement {spare}"
            assert await history(place) == [(2, "current"), (1, "previous")]
        spare += 1
    assert spare >= 2
    assert await place.values() == {"A": "one"}


@SUITE.check
async def check_restore(world: LedgerWorld) -> None:
    """What was deleted comes back with its creation and policy; numbers go on, always."""
    place = await filled(world, "one", "two")
    await place.run(command("secret.policy", name="A", fields={"note": "for billing"}))
    created = (await place.page())["secrets"][0]["createdAt"]
    await raises(Conflict, place.run(restore()))
    await place.run(delete())
    assert await place.values() == {}
    assert await history(place) == [(2, "deleted"), (1, "previous")]
    [shown] = (await place.page("secret.deleted"))["secrets"]
    assert (shown["name"], shown["version"]) == ("A", 2)
    assert shown["keptUntil"] == iso(place.clock.now + 30 * DAY)
    place.clock.now += 5

    result = await place.run(restore())
    assert (result[0], iso(result[1])) == (3, created)
    assert await place.values() == {"A": "two"}
    assert await history(place) == [(3, "current"), (2, "previous"), (1, "previous")]
    assert (await place.page())["secrets"][0]["note"] == "for billing"
    assert await place.page("secret.deleted") == NO_SECRETS
    await place.run(delete())
    assert (await place.run(put("A", "anew")))[0] == 4
    assert await history(place) == [
        (4, "current"),
        (3, "deleted"),
        (2, "previous"),
        (1, "previous"),
    ]
    await raises(NotFound, place.run(restore("B")))
    await raises(Conflict, place.run(restore()))


@SUITE.check
async def check_removed_in_time(world: LedgerWorld) -> None:
    """After 30 days, or those of the policy, nothing is left of what was deleted but its number."""
    alarmed = Alarmed(world)
    place = alarmed.place
    for name in ("A", "B", "C"):
        await place.run(put(name), put(name))
    await place.run(command("secret.policy", name="B", fields={"keep_days": 2}))
    await place.run(command("secret.policy", name="C", fields={"keep_days": 0}))
    await place.run(delete(), delete("B"), delete("C"))
    kept = {row.id.partition("/")[0] for row in place.rows()["version"]}
    assert kept == {"A", "B"}, "what is not to be kept was kept"
    await place.run(put("B", "anew"))

    place.clock.now += 3 * DAY
    await raises(NotFound, place.run(rollback(2, name="B")))
    assert await history(place, "B") == [(3, "current")], "also before the alarm rang"
    await alarmed.until(place.clock.now)
    assert [row.id.partition("/")[0] for row in place.rows()["version"]] == ["A", "A", "B"]
    assert await place.values() == {"B": "anew"}
    place.clock.now += 28 * DAY
    await raises(NotFound, place.run(restore()))
    await raises(NotFound, place.run(command("secret.versions", name="A")))
    await alarmed.until(place.clock.now)
    assert [row.id.partition("/")[0] for row in place.rows()["version"]] == ["B"]
    assert [(await place.run(put(name)))[0] for name in ("A", "B", "C")] == [3, 4, 3]


@SUITE.check
async def check_a_broken_row_is_not_due_for_ever(world: LedgerWorld) -> None:
    """What cannot be read is no reason to ring again and again."""
    alarmed = Alarmed(world)
    place = alarmed.place
    await place.run(put("A"), delete())
    place.ledger.commit([Put(STATES.kind, "A", "{}", (None, 5, None))], {})
    await alarmed.until(place.clock.now)

    assert place.ledger.list(STATES.kind, "deleted") == []


@SUITE.check
async def check_destroy_a_version(world: LedgerWorld) -> None:
    """Its line stays, its text is nowhere; the current one is not destroyed alone."""
    place = await filled(world, "one", "two")
    sealed = VERSIONS.read(place.rows()["version"][1]).sealed
    await raises(Conflict, place.run(destroy(2)))
    await raises(NotFound, place.run(destroy(3)))
    await place.run(destroy(1))

    assert await history(place) == [(2, "current"), (1, "destroyed")]
    assert sealed not in str(place.rows())
    assert place.actions()[-1] == "secret.destroy"
    await raises(Conflict, place.run(rollback(1)))
    await place.run(destroy(1))
    await place.run(delete(), destroy(2))
    assert await history(place) == [(2, "destroyed"), (1, "destroyed")]
    await raises(Conflict, place.run(restore()))
    assert await place.page("secret.deleted") == NO_SECRETS


@SUITE.check
async def check_destroy_a_secret(world: LedgerWorld) -> None:
    """Deleted or not: no text of it is left, its number stays, and it cannot come back."""
    for is_deleted in (False, True):
        place = await filled(world, "one", "two")
        last = (await history(place))[0][0]
        texts = [VERSIONS.read(row).sealed for row in place.rows()["version"]]
        if is_deleted:
            await place.run(delete())
        await place.run(destroy())

        kept = str(place.rows())
        assert all(text not in kept for text in texts if text), "a text stayed"
        assert await place.values() == {}
        assert {standing for _, standing in await history(place)} == {"destroyed"}
        await raises(Conflict, place.run(restore()))
        await raises(NotFound, place.run(destroy()))
        assert [row.id for row in place.rows()["outbox"]] == ["A"], "its copy"
        assert (await place.run(put("A", "anew")))[0] == last + 1


@SUITE.check
async def check_rotated(world: LedgerWorld) -> None:
    """A rotation after all that leaves nothing under the old key, and what is kept still opens."""
    place = await filled(world, "one", "two", "three")
    await place.run(destroy(2), put("B"), delete("B"), put("C"), destroy(name="C"))
    newer = Commanding(world, place.clock, f"{NEWER},{KEYS}")
    step: Any = await newer.run(rotate())

    assert step[1:3] == [0, []]
    assert newer.ledger.count(VERSIONS.kind, "master", low="k1", high="k1\0") == 0
    alone = Commanding(world, place.clock, NEWER)
    await alone.run(
        command("secret.rollback", newest="k2", name="A", to=1),
        command("secret.restore", newest="k2", name="B"),
    )
    assert await alone.values() == {"A": "one", "B": "value"}


@SUITE.check
async def check_impossible_ids(world: LedgerWorld) -> None:
    """Rows that nobody of ours wrote are listed as damaged, stop nothing, go with the secret."""
    alarmed = Alarmed(world)
    place = alarmed.place
    await place.run(put("A"), put("A"))
    text = place.rows()["version"][0].text
    ids = [f"A/{odd}" for odd in ("", "x", "9" * 16, "9" * 5000, "\u0661" * 16)]
    place.ledger.commit([Put(VERSIONS.kind, one, text, ("k1",)) for one in ids], {})

    found, _ = await place.run(command("secret.versions", name="A"))
    assert [one for one in found if len(one) == 1] == [[0]] * len(ids)
    assert [one[:2] for one in found if len(one) > 1] == [[2, "current"], [1, "previous"]]
    await place.run(command("secret.policy", name="A", fields={"keep_versions": 99}), put("A"))
    await place.run(rollback(1), command("keys.rotate"), delete())
    await alarmed.until(place.clock.now + 1)
    await place.run(restore(), command("project.export"))
    assert await place.run(command("secret.exists", name="A"))
    await place.run(destroy())
    assert {one.id for one in place.rows()["version"]}.isdisjoint(ids)


@SUITE.check
async def check_broken(world: LedgerWorld) -> None:
    """A version that cannot be read is listed as such, not rolled back to, and can be destroyed."""
    place = await filled(world, "one", "two")
    row = place.rows()["version"][1]
    place.ledger.commit([Put(VERSIONS.kind, row.id, "{}", row.keys)], {})

    found, _ = await place.run(command("secret.versions", name="A"))
    assert found[1] == [1]
    await raises(CorruptRecord, place.run(rollback(1)))
    await place.run(destroy(1))
    assert await history(place) == [(2, "current")]
