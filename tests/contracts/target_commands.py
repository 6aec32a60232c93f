"""What is promised of targets: they come to have what the ledger has, and no more is touched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.backups import exported, imported, lost
from contracts.commanding import Commanding, bulk, command, put
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.targets_in_memory import FLY, PROD, WatchedTarget
from contracts.worlds import PROJECT
from positronic.audit.events import Origin
from positronic.commands.asking import Asking
from positronic.commands.target_pushes import claiming
from positronic.errors import (
    NotConfigured,
    NotFound,
    PositronicError,
    RateLimited,
    StoreFailed,
    TargetRefused,
)
from positronic.ledger.secret_rows import STATES
from positronic.ledger.target_rows import PUSHES, TARGETS, Push, push_id
from positronic.ledger.use_rows import USES, Use
from positronic.names import Name, TargetName, parse_value
from positronic.ports import Ledger
from positronic.roles import SYSTEM
from positronic.rows import Put
from positronic.sealing.keyring import Keyring
from positronic.targets.configured import Configured
from positronic.targets.drain import AT_ONCE, TargetDrain
from positronic.times import DAY, FIRST_RETRY, LAST_RETRY

SUITE: Suite[LedgerWorld] = Suite("targets_of_a_ledger")

NEWER: Final = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
CANARY: Final = "canary-7f3a9c canary-7f3a9c"


@dataclass
class Pushed:
    """A place with its targets, whose alarm rings only when a check says so."""

    world: LedgerWorld
    place: Commanding = field(init=False)

    def __post_init__(self) -> None:
        self.place = Commanding(self.world)

    def at(self, target: TargetName) -> WatchedTarget:
        found = self.place.targets[target].target
        assert isinstance(found, WatchedTarget)
        return found

    def drain(self, ledger: Ledger | None = None) -> TargetDrain:
        place = self.place
        keyring, origin = Keyring(place.keys), Origin("alarm", None)
        ask = Asking(
            *(PROJECT, SYSTEM, SYSTEM.role, origin, keyring),
            *(os.urandom, place.place(ledger).run),
        )
        values = place.elsewhere or place.sealer
        return TargetDrain(
            ledger or place.ledger, place.targets, values, claiming(ask), place.clock
        )

    async def push(self, ledger: Ledger | None = None) -> None:
        """All that is due now."""
        drain = self.drain(ledger)
        for _ in range(200):
            at = drain.next()
            if at is None or at > self.place.clock.now:
                return
            await drain.step()
        raise AssertionError("it never ends")

    async def until(self, time: int) -> None:
        """Whenever something is due, up to then."""
        for _ in range(500):
            at = self.drain().next()
            if at is None or at > time:
                self.place.clock.now = time
                return
            self.place.clock.now = max(at, self.place.clock.now)
            await self.drain().step()
        raise AssertionError("it never ends")

    async def switch_on(
        self, target: TargetName, *names: str, prefix: str | None = None
    ) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self.place.run(switch_on(target, *names, prefix=prefix))
        return found

    async def shown(self, target: TargetName) -> Mapping[str, Any]:
        found: list[Mapping[str, Any]] = await self.place.run(command("target.list"))
        return {str(one["name"]): one for one in found}[target]

    async def standings(self, target: TargetName) -> dict[str, str]:
        found, _, cursor = await self.place.run(
            command("target.check", target=target, cursor=None, limit=1000)
        )
        assert cursor is None
        return dict(found)

    def row(self, target: TargetName, name: str) -> Push:
        id_ = push_id(target, name)
        return PUSHES.read(self.place.ledger.get(PUSHES.kind, [id_])[id_])


def switch_on(target: str, *names: str, prefix: str | None = None) -> Any:  # noqa: ANN401
    chosen = None if prefix is not None else list(names)
    return command("target.set", target=target, names=chosen, prefix=prefix)


@SUITE.check
async def check_follows(world: LedgerWorld) -> None:
    """What is selected is there, and follows each change: put, bulk, delete, restore, rollback,
    destroy; what is not selected is nowhere."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "one"), put("DB_URL", "u"), put("OTHER", "no"))
    await pushed.switch_on(PROD, "A", "B")
    await pushed.switch_on(FLY, prefix="DB_")
    await pushed.push()
    assert pushed.at(PROD).values() == {"A": "one"}
    assert pushed.at(FLY).values() == {"DB_URL": "u"}
    for change, prod, fly in (
        (put("B", "new"), {"A": "one", "B": "new"}, {"DB_URL": "u"}),
        (bulk(["A", "DB_URL", "DB_2"], "x"), {"A": "x", "B": "new"}, {"DB_URL": "x", "DB_2": "x"}),
        (command("secret.delete", name="DB_2"), {"A": "x", "B": "new"}, {"DB_URL": "x"}),
        (command("secret.rollback", name="A", to=1), {"A": "one", "B": "new"}, {"DB_URL": "x"}),
        (
            command("secret.restore", name="DB_2"),
            {"A": "one", "B": "new"},
            {"DB_URL": "x", "DB_2": "x"},
        ),
        (command("secret.destroy", name="A"), {"B": "new"}, {"DB_URL": "x", "DB_2": "x"}),
    ):
        await pushed.place.run(change)
        await pushed.push()
        assert (pushed.at(PROD).values(), pushed.at(FLY).values()) == (prod, fly), change.action

    assert (await pushed.shown(PROD))["counts"] == [1, 0, 0]
    assert (await pushed.shown(FLY))["counts"] == [2, 0, 0]
    assert pushed.drain().next() is None


@SUITE.check
async def check_each_once(world: LedgerWorld) -> None:
    """A change is pushed once, and neither a note nor a rotation of keys pushes anything."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "one"))
    await pushed.switch_on(PROD, "A")
    await pushed.push()
    await pushed.place.run(command("secret.policy", name="A", fields={"note": "n"}))
    pushed.place.keys = f"{NEWER},{pushed.place.keys}"
    await pushed.place.run(command("keys.rotate", newest="k2"))
    await pushed.push()

    assert [call for call in pushed.at(PROD).calls if call != "look A"] == ["put A"]
    assert pushed.drain().next() is None


@SUITE.check
async def check_steps(world: LedgerWorld) -> None:
    """Many names take several steps of a bounded size; none is left out, none is pushed twice."""
    pushed, count = Pushed(world), 450
    for start in range(0, count, 50):
        await pushed.place.run(bulk([f"N{number:03}" for number in range(start, start + 50)]))
    await pushed.switch_on(PROD, prefix="N")
    assert (await pushed.shown(PROD))["state"] == "starting"
    drain, sizes = pushed.drain(), list[int]()
    while drain.next() is not None:
        before = len(pushed.at(PROD).kept)
        await drain.step()
        sizes.append(len(pushed.at(PROD).kept) - before)

    assert max(sizes) <= AT_ONCE
    assert len(pushed.at(PROD).kept) == count
    assert len([call for call in pushed.at(PROD).calls if call.startswith("put")]) == count
    assert (await pushed.shown(PROD))["counts"] == [count, 0, 0]


@SUITE.check
async def check_recorded_first(world: LedgerWorld) -> None:
    """Before anything is sent the audit log names what, where to, and that we did it ourselves; and
    the read is counted for the target, with the provider's host."""
    pushed, seen = Pushed(world), list[Any]()
    await pushed.place.run(put("A", "one"), put("B", "one"))
    await pushed.switch_on(FLY, "A", "B")

    async def look(_: str, name: Name) -> None:
        events = [one.event for one in pushed.place.events() if hasattr(one, "event")]
        found = [(one.names, one.details, one.actor["type"]) for one in events]
        is_claimed = pushed.row(FLY, name).is_ours
        seen.append((found[0], is_claimed))

    pushed.at(FLY).before = lambda what, name: look(what, name) if what == "put" else _nothing()
    await pushed.push()
    assert seen == [((("A", "B"), {"target": "fly"}, "system"), True)] * 2
    uses = [USES.item(row) for row in pushed.place.ledger.list(USES.kind, "day")]
    found = {(one.name, one.kind, one.reader, one.host) for one in uses if isinstance(one, Use)}
    assert found == {(name, "target", "fly", "api.machines.dev") for name in ("A", "B")}
    pushed.at(FLY).before = None
    await pushed.place.run(command("secret.delete", name="A"))
    await pushed.push()

    newest = pushed.place.events()[0].event  # type: ignore[union-attr]
    assert (newest.names, newest.details) == (("A",), {"target": "fly", "removed": ["A"]})


async def _nothing() -> None:
    return


@SUITE.check
async def check_somebody_elses(world: LedgerWorld) -> None:
    """A name that somebody else has there is refused, with and without marks; it is neither written
    nor deleted, also when ours is deleted or the target is removed with all that is ours."""
    for target in (PROD, FLY):
        pushed = Pushed(world)
        await pushed.place.run(put("A", "ours"), put("B", "ours"))
        pushed.at(target).plant("A", parse_value("theirs"))
        await pushed.switch_on(target, "A", "B")
        await pushed.push()
        shown = await pushed.shown(target)
        assert shown["counts"] == [1, 0, 1], target
        assert shown["problem"] == ["A", "A is there already, and is not ours"]
        assert await pushed.standings(target) == {"A": "refused"}
        await pushed.place.run(put("A", "ours again"))
        await pushed.push()
        await pushed.place.run(command("target.sync", target=target))
        await pushed.push()
        assert pushed.at(target).values(ours=False) == {"A": "theirs"}
        await pushed.place.run(command("secret.delete", name="A"))
        await pushed.push()
        await pushed.place.run(command("target.remove", target=target, purge=True))
        await pushed.push()

        assert {name: one.value.reveal() for name, one in pushed.at(target).kept.items()} == {
            "A": "theirs"
        }, target
        assert "put A" not in pushed.at(target).calls
        assert "delete A" not in pushed.at(target).calls
        assert (await pushed.shown(target))["state"] == "off"


@SUITE.check
async def check_freed(world: LedgerWorld) -> None:
    """Once somebody else's is gone, `sync` pushes ours."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "ours"))
    pushed.at(FLY).plant("A", parse_value("theirs"))
    await pushed.switch_on(FLY, "A")
    await pushed.push()
    pushed.at(FLY).kept.clear()
    await pushed.until(pushed.place.clock.now + DAY)
    assert pushed.at(FLY).kept == {}, "tried again by itself"
    await pushed.place.run(command("target.sync", target="fly"))
    await pushed.push()

    assert pushed.at(FLY).values() == {"A": "ours"}
    assert (await pushed.shown(FLY))["counts"] == [1, 0, 0]


@SUITE.check
async def check_crashes(world: LedgerWorld) -> None:
    """Whichever statement of a drain fails, before or after the claim, the put and the commit, the
    next one makes both equal, and what is ours there is known as ours."""
    pushed = Pushed(world)
    await pushed.place.run(put("C", "kept"), put("B"))
    await pushed.switch_on(FLY, prefix="A")
    for round_ in range(2):
        for spare in range(400):
            name = f"A{round_}{spare:03}"
            await pushed.place.run(put(name, f"value {spare}"), command("secret.delete", name="B"))
            await pushed.place.run(put("B"))
            is_through = await _is_through(pushed, spare)
            await pushed.until(pushed.place.clock.now + LAST_RETRY)
            assert pushed.at(FLY).values()[name] == f"value {spare}", f"after statement {spare}"
            shown = await pushed.shown(FLY)
            assert shown["counts"][1:] == [0, 0], f"after statement {spare}: {shown['problem']}"
            if round_:
                await pushed.place.run(command("secret.delete", name=name))
                is_through = await _is_through(pushed, spare)
                await pushed.until(pushed.place.clock.now + LAST_RETRY)
                assert name not in pushed.at(FLY).kept, f"deletion, after statement {spare}"
            if is_through:
                break
        else:
            raise AssertionError("it never ends")
        assert spare > 5, "it has fewer statements than were to fail"


async def _is_through(pushed: Pushed, spare: int) -> bool:
    """Whether a drain ended before the statement that was to fail."""
    try:
        await pushed.drain(pushed.world.failing(spare)).step()
    except PositronicError:
        return False
    return pushed.drain().next() is None


@SUITE.check
async def check_lost_answer(world: LedgerWorld) -> None:
    """A put whose answer is lost is ours all the same, where the provider keeps no marks too."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "one"))
    await pushed.switch_on(FLY, "A")

    async def lose(_: str, __: Name) -> None:
        raise StoreFailed("the provider did not answer")

    pushed.at(FLY).after = lose
    await pushed.push()
    shown = await pushed.shown(FLY)
    assert (shown["counts"], shown["problem"]) == ([0, 1, 0], ["A", "the provider did not answer"])
    pushed.at(FLY).after = None
    await pushed.until(pushed.place.clock.now + FIRST_RETRY)

    assert pushed.at(FLY).values() == {"A": "one"}
    assert (await pushed.shown(FLY))["counts"] == [1, 0, 0]


@SUITE.check
async def check_changed_meanwhile(world: LedgerWorld) -> None:
    """A secret that is changed, or deleted, while it is sent is due again."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "one"), put("B", "one"))
    await pushed.switch_on(PROD, "A", "B")
    changes = {"A": put("A", "two"), "B": command("secret.delete", name="B")}

    async def change(_: str, name: Name) -> None:
        if name in changes:
            await pushed.place.run(changes.pop(name))

    pushed.at(PROD).after = change
    await pushed.push()

    assert pushed.at(PROD).values() == {"A": "two"}
    assert (await pushed.shown(PROD))["counts"] == [1, 0, 0]


@SUITE.check
async def check_backs_off(world: LedgerWorld) -> None:
    """A target that fails is left alone for longer each time, an hour at most; the other is served
    meanwhile; a change does not wait longer than what failed before it."""
    pushed, waits = Pushed(world), list[int]()
    await pushed.place.run(bulk([f"N{number:02}" for number in range(50)]))
    await pushed.switch_on(PROD, prefix="N")
    await pushed.switch_on(FLY, prefix="N")

    async def fail(_: str, __: Name) -> None:
        raise StoreFailed("as the check wanted")

    pushed.at(PROD).before = fail
    await pushed.push()
    assert len(pushed.at(FLY).kept) == 50
    for _ in range(16):
        following = pushed.drain().next()
        assert following is not None, "given up"
        waits.append(following - pushed.place.clock.now)
        pushed.place.clock.now = following
        before = len(pushed.at(PROD).calls)
        await pushed.drain().step()
        assert len(pushed.at(PROD).calls) - before <= 4, "all of them, at a provider that is down"
    assert waits[:3] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert waits[-1] == LAST_RETRY
    pushed.at(PROD).before = None
    await pushed.until(pushed.place.clock.now + 2 * LAST_RETRY)

    assert len(pushed.at(PROD).kept) == 50


@SUITE.check
async def check_asked_to_wait(world: LedgerWorld) -> None:
    """For as long as a provider asks to wait nothing is sent to it, of any name."""
    pushed = Pushed(world)
    await pushed.place.run(bulk([f"N{number:02}" for number in range(30)]))
    await pushed.switch_on(PROD, prefix="N")

    async def limit(_: str, __: Name) -> None:
        raise RateLimited("too many", headers={"Retry-After": "77"})

    pushed.at(PROD).before = limit
    await pushed.push()
    calls = len(pushed.at(PROD).calls)
    await pushed.place.run(put("N99"))
    pushed.place.clock.now += 76_999
    await pushed.drain().step()
    assert len(pushed.at(PROD).calls) == calls, "sent before its time"
    assert pushed.drain().next() == pushed.place.clock.now + 1
    pushed.at(PROD).before = None
    pushed.place.clock.now += 1
    await pushed.until(pushed.place.clock.now + DAY)

    assert len(pushed.at(PROD).kept) == 31


@SUITE.check
async def check_refused(world: LedgerWorld) -> None:
    """What the provider cannot take is refused by name, before anything is sent, when the target
    is switched on and when it is written later; the others are pushed; another value is tried."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "x {{y}}"), put("B", "x" * 5000), put("C"))
    error = await raises(TargetRefused, pushed.switch_on(PROD, "A", "B", "C", "N" * 65))
    assert sorted(str(one.name) for one in error.details) == ["A", "B", "N" * 65]
    assert "{{y" not in str(error.details)
    assert pushed.place.rows()["target"] == [] == pushed.at(PROD).calls
    await raises(TargetRefused, pushed.switch_on(PROD, prefix="A"))
    await pushed.place.run(put("A", "fine"), put("B", "fine"))
    await pushed.switch_on(PROD, "A", "B", "C")
    await pushed.push()
    await pushed.place.run(put("A", "{{again}}"), put("B", "finer"))
    await pushed.until(pushed.place.clock.now + DAY)
    shown = await pushed.shown(PROD)

    assert pushed.at(PROD).values() == {"A": "fine", "B": "finer", "C": "value"}
    assert shown["counts"] == [2, 0, 1]
    assert shown["problem"] == ["A", "the value of A contains {{"]
    await pushed.place.run(put("A", "mended"))
    await pushed.push()
    assert pushed.at(PROD).values()["A"] == "mended"
    assert (await pushed.shown(PROD))["counts"] == [3, 0, 0]


@SUITE.check
async def check_refused_by_the_provider(world: LedgerWorld) -> None:
    """A refusal of the provider's is kept, and nothing is sent again before `sync` or a change."""
    pushed = Pushed(world)
    await pushed.place.run(put("A"))
    await pushed.switch_on(PROD, "A")

    async def refuse(what: str, _: Name) -> None:
        if what != "look":
            raise TargetRefused("the key may not write there")

    pushed.at(PROD).before = refuse
    await pushed.push()
    calls = list(pushed.at(PROD).calls)
    await pushed.until(pushed.place.clock.now + 10 * DAY)
    await pushed.place.run(command("secret.policy", name="A", fields={"note": "n"}))
    await pushed.push()
    assert pushed.at(PROD).calls == calls, "tried again by itself"
    assert (await pushed.shown(PROD))["problem"] == ["A", "the key may not write there"]
    pushed.at(PROD).before = None
    await pushed.place.run(command("target.sync", target="prod"))
    await pushed.push()

    assert pushed.at(PROD).values() == {"A": "value"}


@SUITE.check
async def check_expiry(world: LedgerWorld) -> None:
    """A secret that nobody may read after its end goes from the target at its end."""
    pushed = Pushed(world)
    await pushed.place.run(put("A"), put("B"))
    await pushed.switch_on(PROD, "A", "B")
    await pushed.push()
    end = pushed.place.clock.now + DAY
    for name, enforce in (("A", True), ("B", False)):
        fields = {"expires_at": end, "enforce": enforce}
        await pushed.place.run(command("secret.policy", name=name, fields=fields))
    await pushed.until(end - 1)
    assert set(pushed.at(PROD).values()) == {"A", "B"}
    assert pushed.drain().next() == end
    await pushed.until(end)
    assert set(pushed.at(PROD).values()) == {"B"}
    later = {"expires_at": end + DAY}
    await pushed.place.run(command("secret.policy", name="A", fields=later))
    await pushed.push()

    assert set(pushed.at(PROD).values()) == {"A", "B"}


@SUITE.check
async def check_selection(world: LedgerWorld) -> None:
    """Setting a target again replaces what it gets: what is no longer selected is removed there,
    and what is there already is not pushed again."""
    pushed = Pushed(world)
    await pushed.place.run(put("A"), put("B"), put("DB"))
    await pushed.switch_on(PROD, "A", "B")
    await pushed.push()
    await pushed.switch_on(PROD, "B", "DB")
    await pushed.push()
    assert set(pushed.at(PROD).values()) == {"B", "DB"}
    assert pushed.at(PROD).calls.count("put B") == 1
    await pushed.switch_on(PROD, prefix="D")
    await pushed.push()

    assert set(pushed.at(PROD).values()) == {"DB"}
    shown = await pushed.shown(PROD)
    assert (shown["names"], shown["prefix"], shown["state"]) == (None, "D", "on")


@SUITE.check
async def check_removed(world: LedgerWorld) -> None:
    """A removed target is pushed to no more, and keeps what it has; switched on again, what we
    wrote is still ours. With `purge`, what is ours goes from it."""
    for target in (PROD, FLY):
        pushed = Pushed(world)
        await pushed.place.run(put("A", "one"))
        await pushed.switch_on(target, "A")
        await pushed.push()
        await pushed.place.run(command("target.remove", target=target, purge=False))
        await pushed.place.run(put("A", "two"))
        await pushed.push()
        assert pushed.at(target).values() == {"A": "one"}
        assert (await pushed.shown(target))["state"] == "off"
        await raises(
            NotFound, pushed.place.run(command("target.remove", target=target, purge=False))
        )
        await pushed.switch_on(target, "A")
        await pushed.push()
        assert pushed.at(target).values() == {"A": "two"}
        await pushed.place.run(command("target.remove", target=target, purge=True))
        await pushed.push()

        assert pushed.at(target).values() == {}
        assert pushed.place.rows()["target"] == [] == pushed.place.rows()["push"]


@SUITE.check
async def check_drift(world: LedgerWorld) -> None:
    """What somebody changed, removed or took over at the provider is found, and `sync` mends what
    is ours."""
    pushed = Pushed(world)
    await pushed.place.run(bulk(["A", "B", "C", "D"]))
    await pushed.switch_on(PROD, prefix="A")
    await pushed.switch_on(PROD, "A", "B", "C", "D")
    await pushed.push()
    assert await pushed.standings(PROD) == {}
    provider = pushed.at(PROD)
    await provider.put(Name("A"), parse_value("by hand"), 1)
    await provider.delete(Name("B"))
    provider.plant("C", parse_value("theirs"))
    await pushed.place.run(put("D", "newer"))
    assert await pushed.standings(PROD) == {
        "A": "changed",
        "B": "missing",
        "C": "foreign",
        "D": "due",
    }
    await pushed.place.run(command("target.sync", target="prod"))
    await pushed.push()

    assert provider.values() == {"A": "value", "B": "value", "D": "newer"}
    assert await pushed.standings(PROD) == {"C": "refused"}


@SUITE.check
async def check_not_configured(world: LedgerWorld) -> None:
    """A target that is not in the configuration is not found, whatever is asked of it; one without
    its credential is not configured; and neither is contacted."""
    pushed = Pushed(world)
    await pushed.place.run(put("A"))
    before = pushed.place.rows()
    names = ("other", "prod2", "pro", "PROD", "prod ", "", "..", "prod/A", "https://a.example", "é")
    for name in names:
        for one in (
            switch_on(name, "A"),
            switch_on(name, prefix="A"),
            command("target.remove", target=name, purge=True),
            command("target.sync", target=name),
            command("target.check", target=name, cursor=None, limit=9),
            command("target.push", target=name, names=["A"]),
        ):
            error = await raises(PositronicError, pushed.place.run(one))
            assert error.code in ("not_found", "invalid_name"), (name, one.action)
    config = pushed.place.targets[PROD].config
    pushed.place.targets = {PROD: Configured(config, None)}
    await raises(NotConfigured, pushed.switch_on(PROD, "A"))

    assert pushed.place.rows() == before
    assert [name for name, one in pushed.place.targets.items() if one.target] == []


@SUITE.check
async def check_configuration_lost(world: LedgerWorld) -> None:
    """While a target is not in the configuration nothing is sent and nothing spins; changes wait,
    and are pushed when it is back."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "one"))
    await pushed.switch_on(PROD, "A")
    await pushed.push()
    kept, pushed.place.targets = pushed.place.targets, {}
    await pushed.place.run(put("A", "two"))
    assert pushed.drain().next() is None
    await pushed.drain().step()
    pushed.place.targets = kept
    await pushed.push()

    assert pushed.at(PROD).values() == {"A": "two"}


@SUITE.check
async def check_unreadable(world: LedgerWorld) -> None:
    """A row that cannot be read stops no other; what stands there without a mark is then not ours,
    and a secret that cannot be read is not pushed."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "one"), put("B", "one"), put("C", "one"))
    for target in (PROD, FLY):
        await pushed.switch_on(target, "A", "B", "C")
    await pushed.push()
    now = pushed.place.clock.now
    broken = [
        Put(PUSHES.kind, f"{target}/A", "{}", (f"{target}/{now:015d}", target, None))
        for target in (PROD, FLY)
    ]
    pushed.place.ledger.commit(broken, {})
    state = pushed.place.ledger.get(STATES.kind, ["B"])["B"]
    pushed.place.ledger.commit([Put(STATES.kind, "B", "{}", state.keys)], {})
    await pushed.place.run(put("A", "two"), put("C", "two"))
    await pushed.push()

    assert pushed.at(PROD).values() == {"A": "two", "B": "one", "C": "two"}
    assert pushed.at(FLY).values() == {"A": "one", "B": "one", "C": "two"}
    assert (await pushed.shown(FLY))["problem"] == ["A", "A is there already, and is not ours"]
    pushed.place.ledger.commit([Put(TARGETS.kind, PROD, "{}")], {})
    await pushed.place.run(put("C", "three"))
    await pushed.push()
    assert pushed.at(FLY).values()["C"] == "three"
    assert (await pushed.shown(PROD))["state"] == "off"


@SUITE.check
async def check_backups(world: LedgerWorld) -> None:
    """After an import of an older export nothing is sent by itself, for the targets may still be
    another Worker's; once they are synchronised all is pushed, and what we wrote is still ours."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", "one"), put("B", "one"))
    for target in (PROD, FLY):
        await pushed.switch_on(target, "A", "B")
    await pushed.push()
    file, targets = await exported(pushed.place), pushed.place.targets
    await pushed.place.run(put("A", "lost"), command("secret.delete", name="B"))
    await pushed.push()
    pushed.place = lost(pushed.place)
    pushed.place.targets = targets
    await imported(pushed.place, file)
    await pushed.until(pushed.place.clock.now + DAY)
    for target in (PROD, FLY):
        assert pushed.at(target).values() == {"A": "lost"}, target
        assert (await pushed.shown(target))["state"] == "paused"
        await pushed.place.run(command("target.sync", target=target))
    await pushed.push()

    for target in (PROD, FLY):
        assert pushed.at(target).values() == {"A": "one", "B": "one"}, target
        assert (await pushed.shown(target))["counts"] == [2, 0, 0]


@SUITE.check
async def check_no_value_is_kept(world: LedgerWorld) -> None:
    """Neither a row nor an event of targets has a value."""
    pushed = Pushed(world)
    await pushed.place.run(put("A", CANARY), put("B", CANARY + "{{"))
    await pushed.switch_on(PROD, "A")
    await pushed.switch_on(FLY, prefix="A")
    await raises(TargetRefused, pushed.switch_on(PROD, "B"))
    await pushed.place.run(put("A", CANARY + "{{x}}"))
    await pushed.push()

    assert "canary" not in str(pushed.place.rows())
