"""What is promised of targets while changes, late requests and refusals cross each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from contracts.commanding import bulk, command, put
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.target_commands import Pushed, switch_on
from contracts.targets_in_memory import FLY, PROD, WatchedTarget
from positronic.commands.command import Command
from positronic.errors import CorruptRecord, NameFailed, StoreFailed, TargetRefused
from positronic.ledger.copy_rows import OUTBOX
from positronic.ledger.target_rows import PUSHES, TARGETS, Push
from positronic.names import Name, TargetName, parse_value
from positronic.rows import Put
from positronic.targets.configured import Configured
from positronic.targets.memory import MemoryTarget
from positronic.targets.pushing import LATE, SEND_TIME
from positronic.times import DAY, FIRST_RETRY, LAST_RETRY

SUITE: Suite[LedgerWorld] = Suite("targets_that_race")

A: Final = Name("A")


async def _refuse(what: str, _: Name) -> None:
    if what != "look":
        raise TargetRefused("the token has expired")


async def _lose(what: str, name: Name) -> None:
    if (what, name) == ("put", A):
        raise StoreFailed("the provider did not answer")


async def _pushed(world: LedgerWorld, target: TargetName, *names: str) -> Pushed:
    """With what is there now."""
    pushed = Pushed(world)
    await pushed.place.run(bulk(names, "one"))
    await pushed.switch_on(target, *names)
    await pushed.push()
    return pushed


@SUITE.check
async def check_a_refused_removal(world: LedgerWorld) -> None:
    """It is tried again until it holds, also that of a whole target, and of what has expired; what
    waits for it stops nothing else."""
    pushed = await _pushed(world, PROD, "A", "B", "C")
    fields = {"expires_at": pushed.place.clock.now + 1, "enforce": True}
    await pushed.place.run(command("secret.policy", name="B", fields=fields))
    pushed.at(PROD).before = _refuse
    await pushed.place.run(command("secret.delete", name="A"))
    await pushed.until(pushed.place.clock.now + 10 * LAST_RETRY)
    shown = await pushed.shown(PROD)
    assert (shown["counts"], shown["problem"]) == ([1, 2, 0], ["A", "the token has expired"])
    pushed.at(PROD).before = None
    await pushed.place.run(put("C", "two"))
    await pushed.push()
    assert pushed.at(PROD).values()["C"] == "two"
    await pushed.until(pushed.place.clock.now + LAST_RETRY)
    assert pushed.at(PROD).values() == {"C": "two"}
    pushed.at(PROD).before = _refuse
    await pushed.place.run(command("target.remove", target=PROD, purge=True))
    await pushed.until(pushed.place.clock.now + DAY)
    assert (await pushed.shown(PROD))["state"] == "removing"
    pushed.at(PROD).before = None
    await pushed.until(pushed.place.clock.now + LAST_RETRY)

    assert pushed.at(PROD).values() == {}
    assert (await pushed.shown(PROD))["state"] == "off"


@SUITE.check
async def check_a_refused_version_and_an_end(world: LedgerWorld) -> None:
    """A version that is refused waits for no end that was taken back; at one that still stands,
    the older version there goes."""
    for is_lifted in (True, False):
        pushed = await _pushed(world, PROD, "A")
        end = pushed.place.clock.now + DAY
        fields: dict[str, object] = {"expires_at": end, "enforce": True}
        await pushed.place.run(command("secret.policy", name="A", fields=fields))
        await pushed.push()
        await pushed.place.run(put("A", "{{x}}"))
        await pushed.push()
        if is_lifted:
            fields = {"expires_at": None, "enforce": False}
            await pushed.place.run(command("secret.policy", name="A", fields=fields))
        await pushed.until(end + DAY)

        assert pushed.at(PROD).values() == ({"A": "one"} if is_lifted else {})
        assert pushed.drain().next() is None


@SUITE.check
async def check_a_late_request(world: LedgerWorld) -> None:
    """A put whose answer was lost and that arrives after a newer put, or a deletion, has no last
    word, whether the provider keeps marks or not."""
    for target in (PROD, FLY):
        newer = {"two": put("A", "two"), None: command("secret.delete", name="A")}
        for value, change in newer.items():
            pushed = await _pushed(world, target, "A", "B")
            pushed.at(target).before = _lose
            await pushed.place.run(put("A", "late"))
            await pushed.push()
            pushed.at(target).before = None
            await pushed.place.run(change)
            await pushed.until(pushed.place.clock.now + FIRST_RETRY)
            assert pushed.at(target).values().get("A") == value
            assert (await pushed.shown(target))["counts"][1:] == [0, 0]
            assert await pushed.standings(target) == {}
            await MemoryTarget.put(pushed.at(target), A, parse_value("late"), 2)
            await pushed.until(pushed.place.clock.now + SEND_TIME + LATE)
            assert pushed.at(target).values().get("A") == value, (target, value)
            calls = list(pushed.at(target).calls)
            await pushed.until(pushed.place.clock.now + DAY)

            assert pushed.at(target).calls == calls, "sent for ever"
            assert [row.id for row in pushed.place.rows()["push"]] == [
                f"{target}/{name}" for name in ("A", "B") if name == "B" or value
            ]
            await pushed.place.run(command("target.remove", target=target, purge=True))
            await pushed.push()


@SUITE.check
async def check_a_late_request_before_a_refusal(world: LedgerWorld) -> None:
    """A put whose answer was lost, then a version that is refused, then a deletion: what arrives
    late does not stay."""
    for target in (PROD, FLY):
        pushed = await _pushed(world, target, "A")
        pushed.at(target).before = _lose
        await pushed.place.run(put("A", "late"))
        await pushed.push()
        pushed.at(target).before = None
        await pushed.place.run(put("A", "{{refused}}"))
        await pushed.until(pushed.place.clock.now + FIRST_RETRY)
        assert (await pushed.shown(target))["counts"] == [0, 0, 1]
        await pushed.place.run(command("secret.delete", name="A"))
        await pushed.push()
        assert pushed.at(target).values() == {}
        await MemoryTarget.put(pushed.at(target), A, parse_value("late"), 2)
        await pushed.until(pushed.place.clock.now + DAY)

        assert pushed.at(target).values() == {}, target
        assert pushed.place.rows()["push"] == []
        await pushed.place.run(command("target.remove", target=target, purge=False))


@SUITE.check
async def check_too_late_to_send(world: LedgerWorld) -> None:
    """A value that takes longer to open than a push may last is not sent under that claim."""
    pushed = await _pushed(world, PROD, "A")
    await pushed.place.run(put("A", "two"))
    claim, drain = pushed.drain().claim, pushed.drain()

    async def slow(target: TargetName, names: Sequence[Name]) -> Mapping[Name, int | None]:
        claimed = await claim(target, names)
        pushed.place.clock.now += SEND_TIME
        return claimed

    await replace(drain, claim=slow).step()
    assert pushed.at(PROD).values() == {"A": "one"}
    await pushed.push()

    assert pushed.at(PROD).values() == {"A": "two"}


@SUITE.check
async def check_what_an_earlier_try_left(world: LedgerWorld) -> None:
    """A first version may be there though its answer was lost; if the next one is refused, it goes.
    What is known to be there stays when a newer version is refused, also after a `sync`."""
    pushed = await _pushed(world, PROD, "B")

    async def lost(what: str, _: Name) -> None:
        if what == "put":
            raise StoreFailed("the answer was lost")

    pushed.at(PROD).after = lost
    await pushed.place.run(put("A", "one"))
    await pushed.switch_on(PROD, "A", "B")
    await pushed.push()
    pushed.at(PROD).after = None
    assert pushed.at(PROD).values() == {"A": "one", "B": "one"}
    await pushed.place.run(bulk(["A", "B"], "{{refused}}"))
    await pushed.push()
    await pushed.until(pushed.place.clock.now + DAY)
    assert pushed.at(PROD).values() == {"B": "one"}
    await pushed.place.run(command("target.sync", target=PROD))
    await pushed.push()

    assert pushed.at(PROD).values() == {"B": "one"}
    assert (await pushed.shown(PROD))["counts"] == [0, 0, 2]


@SUITE.check
async def check_another_place(world: LedgerWorld) -> None:
    """A target that the configuration has elsewhere is filled there as a new one: what others have
    there is neither written nor deleted, and what is at the old place stays."""
    for target in (PROD, FLY):
        pushed = await _pushed(world, target, "A", "B")
        old = pushed.at(target)
        config = pushed.place.targets[target].config
        moved = replace(config, fields={**config.fields, "address": "https://other.example"})
        new = WatchedTarget(keeps_marks=old.keeps_marks)
        new.plant("A", parse_value("theirs"))
        pushed.place.targets = {target: Configured(moved, new)}
        await pushed.push()
        assert new.values(ours=False) == {"A": "theirs"}
        assert new.values() == {"B": "one"}
        await pushed.place.run(command("secret.delete", name="A"), put("B", "two"))
        await pushed.push()

        assert new.values(ours=False) == {"A": "theirs"}
        assert new.values() == {"B": "two"}
        assert old.values() == {"A": "one", "B": "one"}
        assert pushed.drain().next() is None
        await pushed.place.run(command("target.remove", target=target, purge=False))


@SUITE.check
async def check_a_row_that_was_planted(world: LedgerWorld) -> None:
    """Nothing is removed of a name that the provider does not take from us."""
    pushed = await _pushed(world, FLY, "A")
    long = "L" * 65
    pushed.at(FLY).plant(long, parse_value("theirs"))
    place, now = pushed.place.targets[FLY].config.place, pushed.place.clock.now
    row = Push(FLY, Name(long), now, is_ours=True, version=1, place=place)
    pushed.place.ledger.commit([PUSHES.put(row)], {})
    await pushed.push()

    assert pushed.at(FLY).values(ours=False) == {long: "theirs"}
    assert [row.id for row in pushed.place.rows()["push"]] == [f"{FLY}/A"]


@SUITE.check
async def check_set_in_the_middle_of_a_sync(world: LedgerWorld) -> None:
    """A target that is set again while a `sync` is under way still has everything sent."""
    pushed = await _pushed(world, PROD, "A")
    await MemoryTarget.put(pushed.at(PROD), A, parse_value("other worker's"), 9)
    await pushed.place.run(command("target.sync", target=PROD))
    await pushed.switch_on(PROD, "A")
    await pushed.push()

    assert pushed.at(PROD).values() == {"A": "one"}


Hook = Callable[[str, Name], Awaitable[None]]


def _at_first_put(pushed: Pushed, change: Command) -> Hook:
    """The change comes while the first name is put."""
    changes = [change]

    async def before(what: str, _: Name) -> None:
        if what == "put" and changes:
            await pushed.place.run(changes.pop())

    return before


@SUITE.check
async def check_deselected_meanwhile(world: LedgerWorld) -> None:
    """What is deselected, or switched off, while a step is under way is sent no more; no put is
    recorded as a removal."""
    names = [f"N{number:02}" for number in range(8)]
    for change, left in (
        (switch_on(PROD, *names[:4]), {}),
        (command("target.remove", target=PROD, purge=False), dict.fromkeys(names[4:], "one")),
        (command("target.remove", target=PROD, purge=True), {}),
    ):
        pushed = await _pushed(world, PROD, *names)
        await pushed.place.run(bulk(names, "two"))
        pushed.at(PROD).before = _at_first_put(pushed, change)
        await pushed.push()

        there = pushed.at(PROD).values()
        assert {name: one for name, one in there.items() if name in names[4:]} == left
        assert [pushed.at(PROD).calls.count(f"put {name}") for name in names[4:]] == [1] * 4


@SUITE.check
async def check_refused_while_it_changes(world: LedgerWorld) -> None:
    """A first push that is refused while the secret changes leaves no claim: what somebody else
    puts there then is theirs."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "one"))
    await pushed.switch_on(FLY, "A")

    async def refuse(what: str, name: Name) -> None:
        if what == "put":
            await pushed.place.run(put("A", "two"))
            pushed.at(FLY).plant("A", parse_value("theirs"))
            pushed.at(FLY).before = None
            raise TargetRefused("the token may not write here")

    pushed.at(FLY).before = refuse
    await pushed.push()

    assert pushed.at(FLY).values(ours=False) == {"A": "theirs"}
    assert (await pushed.shown(FLY))["problem"] == ["A", "A is there already, and is not ours"]


@SUITE.check
async def check_one_name_fails(world: LedgerWorld) -> None:
    """It does not make the others wait."""
    pushed = await _pushed(world, PROD, "A", "B")

    async def fail(what: str, name: Name) -> None:
        if (what, name) == ("put", A):
            raise NameFailed("A has too many versions")

    pushed.at(PROD).before = fail
    await pushed.place.run(put("A", "two"))
    await pushed.until(pushed.place.clock.now + DAY)
    await pushed.place.run(command("secret.delete", name="B"))
    await pushed.push()

    assert pushed.at(PROD).values() == {"A": "one"}


@SUITE.check
async def check_damaged_rows(world: LedgerWorld) -> None:
    """A row of no possible name is not rewritten for ever, and a target whose own row cannot be
    read is not said to be purged."""
    pushed = await _pushed(world, PROD, "A")
    now = pushed.place.clock.now
    row = Put(PUSHES.kind, f"{PROD}/no name", "{}", (f"{PROD}/{now:015d}", PROD, None))
    pushed.place.ledger.commit([row], {})
    await pushed.push()
    assert [row.id for row in pushed.place.rows()["push"]] == [f"{PROD}/A"]
    pushed.place.ledger.commit([Put(TARGETS.kind, PROD, "{}")], {})
    await raises(CorruptRecord, pushed.place.run(command("target.remove", target=PROD, purge=True)))
    await pushed.place.run(command("target.remove", target=PROD, purge=False))

    assert pushed.at(PROD).values() == {"A": "one"}
    assert pushed.place.rows()["target"] == []


@SUITE.check
async def check_a_host_without_copies(world: LedgerWorld) -> None:
    """A change that a target gets wakes its alarm at once, and no copy in KV is noted as due; one
    that no target gets wakes nobody."""
    pushed = Pushed(world)
    pushed.place.has_copies = False
    await pushed.place.run(put("A"), put("B"))
    assert pushed.place.wakes == [pushed.place.clock.now + DAY], "the ledger's own duties"
    await pushed.switch_on(PROD, "A")
    await pushed.push()
    pushed.place.wakes.clear()
    pushed.place.clock.now += 1
    await pushed.place.run(put("B"))
    assert pushed.place.wakes == []
    await pushed.place.run(put("A", "two"))

    assert pushed.place.wakes == [pushed.place.clock.now]
    assert pushed.place.ledger.list(OUTBOX.kind) == []
    await pushed.push()
    assert pushed.at(PROD).values() == {"A": "two"}
