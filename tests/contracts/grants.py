"""What is promised of grants: an app reads over its binding what an admin granted, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from contracts.commanding import ROOT, Commanding, bulk, command, issue, put, shown
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.worlds import OTHER_PROJECT, PROJECT
from positronic.access.binding_refusals import NoProps, NotGranted
from positronic.commands.binding_commands import MAX_READ
from positronic.commands.command import Command, TokenShown
from positronic.commands.grant_commands import MAX_GRANTED
from positronic.errors import (
    Conflict,
    CorruptRecord,
    Forbidden,
    InvalidName,
    InvalidRequest,
    NotFound,
    SecretExpired,
)
from positronic.ledger.event_rows import ChainedEvent
from positronic.ledger.grant_rows import GRANTS
from positronic.names import parse_app
from positronic.ports import Event, Ledger
from positronic.roles import Principal, Role, binding
from positronic.rows import Changes, Delete, Expect, Put

SUITE: Suite[LedgerWorld] = Suite("grants")

READER = Principal("r", "r", Role.READER, PROJECT)
A_MINUTE = 60_000
LARGE = 60_000  # bytes of a value


def grant(*names: str, app: str = "checkout") -> Command:
    return command("grant.add", needs=Role.ADMIN, app=app, names=list(names))


def remove(*names: str, app: str = "checkout") -> Command:
    return command("grant.remove", needs=Role.ADMIN, app=app, names=list(names))


def asked(action: str, app: str = "checkout", **arguments: object) -> Command:
    """Over the binding of this app."""
    caller = binding(PROJECT, parse_app(app))
    return command(f"binding.{action}", caller, needs=Role.READER, newest="k1", **arguments)


def read(*names: str, app: str = "checkout", narrow: Sequence[str] | None = None) -> Command:
    allowed = None if narrow is None else list(narrow)
    return asked("read", app, names=list(names), narrow=allowed)


async def granted(place: Commanding) -> dict[str, list[str]]:
    found, _ = await place.run(command("grant.list", limit=99))
    return {one[0]: one[1] for one in found}


def events(place: Commanding) -> list[Event]:
    """The newest first."""
    return [one.event for one in place.events() if isinstance(one, ChainedEvent)]


def refused(place: Commanding) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """Who was refused, why, and which names; the oldest first."""
    found = [one for one in events(place) if one.outcome == "refused"]
    return [(one.actor["name"], one.code, one.names) for one in reversed(found)]


@SUITE.check
async def check_default_is_deny(world: LedgerWorld) -> None:
    """Without a grant nothing is read, told or counted, whatever else the project allows."""
    place = Commanding(world)
    await place.run(put("A"), issue())
    for one in (read("A"), asked("exists", name="A"), asked("names"), read()):
        await raises(NotGranted, place.run(one))

    found, _, _ = await place.run(command("secret.uses", name="A", limit=9))
    assert found == []


@SUITE.check
async def check_only_what_is_granted(world: LedgerWorld) -> None:
    """Its own grant, and all of what it asks for or nothing."""
    place = Commanding(world)
    await place.run(bulk(["A", "B", "C"]), grant("A"), grant("B", app="billing"))
    found = await place.run(read("A"))
    assert [one[0] for one in found] == ["A"]
    for names in (["B"], ["A", "B"], ["C"]):
        await raises(NotGranted, place.run(read(*names)))

    assert [one[0] for one in await place.run(read("B", app="billing"))] == ["B"]
    await raises(NotGranted, place.run(read("A", app="billing")))


@SUITE.check
async def check_names_cannot_be_probed(world: LedgerWorld) -> None:
    """What is not granted is answered alike, whether it is there, was deleted, or never was."""
    place = Commanding(world)
    await place.run(bulk(["A", "GONE", "THERE"]), command("secret.delete", name="GONE"), grant("A"))
    answers = set[str]()
    for name in ("THERE", "GONE", "NEVER"):
        for one in (read(name), asked("exists", name=name), read("A", name)):
            error = await raises(NotGranted, place.run(one))
            answers.add(f"{error.code}: {error.message}".replace(name, "NAME"))

    assert answers == {f"not_granted: checkout is not granted NAME in the project {PROJECT}"}


@SUITE.check
async def check_granted_and_missing(world: LedgerWorld) -> None:
    """A name may be granted before there is such a secret; then it is missing, and no refusal."""
    place = Commanding(world)
    answer, missing = await place.run(put("A"), grant("A", "LATER"))
    assert (answer[:2], missing) == (["checkout", ["A", "LATER"]], ["LATER"])
    assert [one[0] for one in await place.run(read("LATER", "A"))] == ["A"]
    assert await place.run(asked("exists", name="LATER")) is False
    assert await place.run(asked("names")) == ["A"]
    await place.run(put("LATER"))

    assert await place.run(asked("exists", name="LATER")) is True
    assert await place.run(asked("names")) == ["A", "LATER"]
    assert refused(place) == []


@SUITE.check
async def check_narrow(world: LedgerWorld) -> None:
    """Props can only narrow: what they name and is not granted stays refused."""
    place = Commanding(world)
    await place.run(bulk(["A", "B", "C"]), grant("A", "B"))
    assert await place.run(asked("names", narrow=["B", "C"])) == ["B"]
    assert await place.run(asked("names", narrow=[])) == []
    assert await place.run(asked("exists", name="B", narrow=["B", "C"])) is True
    assert [one[0] for one in await place.run(read("B", narrow=["B", "C"]))] == ["B"]

    for one in (
        *(read("A", narrow=["B"]), read("C", narrow=["C"]), read("B", narrow=[])),
        asked("exists", name="A", narrow=["B"]),
    ):
        await raises(NotGranted, place.run(one))
    await raises(InvalidName, place.run(read("B", narrow=["not a name"])))


@SUITE.check
async def check_removed_holds_at_once(world: LedgerWorld) -> None:
    """The next read is refused; what else is granted stays, and a grant comes back when added."""
    place = Commanding(world)
    await place.run(bulk(["A", "B"]), grant("A", "B"), read("A", "B"), remove("B"))
    await raises(NotGranted, place.run(read("B")))
    assert [one[0] for one in await place.run(read("A"))] == ["A"]
    await place.run(remove("A"))
    assert await granted(place) == {}
    await raises(NotGranted, place.run(read("A")))
    await place.run(grant("A", "B"), remove())
    for one in (read("A"), asked("names")):
        await raises(NotGranted, place.run(one))
    await place.run(grant("B"))

    assert await place.run(asked("names")) == ["B"]


@SUITE.check
async def check_nothing_comes_between(world: LedgerWorld) -> None:
    """A grant that is removed in the moment of a read's commit refuses that very read."""
    place = Commanding(world)
    await place.run(put("A"), grant("A"))
    ledger = place.ledger
    between = _Between(ledger, [Delete(GRANTS.kind, "checkout")])

    await raises(NotGranted, place.place(between).run(read("A")))
    assert "binding.read" not in place.actions()
    found, _, _ = await place.run(command("secret.uses", name="A", limit=9))
    assert found == []


class _Between:
    """A ledger in which somebody else's change comes just before the first commit."""

    def __init__(self, ledger: Ledger, changes: Changes) -> None:
        self.get, self.list, self.count = ledger.get, ledger.list, ledger.count
        self._ledger = ledger
        self._changes = changes

    def commit(self, changes: Changes, expect: Expect) -> int:
        if self._changes:
            self._ledger.commit(self._changes, {})
            self._changes = []
        return self._ledger.commit(changes, expect)


@SUITE.check
async def check_recorded_and_counted(world: LedgerWorld) -> None:
    """A read is an event of the app and counts as its use, once, also when it is sent again."""
    place = Commanding(world)
    once = read("A")
    await place.run(bulk(["A", "B"]), grant("A", "B"), once, once)
    event = events(place)[0]
    assert (event.action, event.names, event.outcome) == ("binding.read", ("A",), "accepted")
    assert event.actor == {"type": "binding", "id": "checkout", "name": "checkout"}
    assert place.actions().count("binding.read") == 1
    found, _, _ = await place.run(command("secret.uses", name="A", limit=9))
    now = place.clock.now

    assert found == [[1, "binding", "checkout", None, 1, now, now]]


@SUITE.check
async def check_sent_again(world: LedgerWorld) -> None:
    """A read is answered by what there is and is granted now; it is not recorded anew."""
    place = Commanding(world)
    once = read("A")
    await place.run(put("A"), grant("A"), once, put("A", "newer"))
    assert [one[:2] for one in await place.run(once)] == [["A", 2]]
    await place.run(remove("A"))
    await raises(NotGranted, place.run(once))

    assert [one.outcome for one in events(place) if one.action == "binding.read"] == [
        "refused",
        "accepted",
    ]


@SUITE.check
async def check_large_values(world: LedgerWorld) -> None:
    """As many as are read at once, of nearly the largest size."""
    place, names = Commanding(world), [f"N{number:03}" for number in range(MAX_READ)]
    await place.run(bulk(names, "v" * LARGE), grant(*names))
    found = await place.run(read(*names))

    assert [one[0] for one in found] == names
    assert all(len(one[5]) > LARGE for one in found)


@SUITE.check
async def check_looks_are_no_reads(world: LedgerWorld) -> None:
    """Whether it is there, and which names: neither is counted or recorded."""
    place = Commanding(world)
    await place.run(put("A"), grant("A"))
    before = place.rows()
    await place.run(asked("exists", name="A"), asked("names"), read())

    assert place.rows() == before


@SUITE.check
async def check_refusals_are_recorded(world: LedgerWorld) -> None:
    """Who asked for which names, once a minute, app and code, so that no app fills the log."""
    place = Commanding(world)
    await place.run(bulk(["A", "B"]), grant("A"))
    for one in (read("A", "B"), read("B"), asked("exists", name="B"), read("B", app="other")):
        await raises(NotGranted, place.run(one))
    assert refused(place) == [
        ("checkout", "not_granted", ("B",)),
        ("other", "not_granted", ("B",)),
    ]
    place.clock.now += A_MINUTE
    await raises(NotGranted, place.run(asked("exists", name="NEVER")))
    await raises(NoProps, place.run(asked("refuse", app="unknown")))

    assert refused(place)[2:] == [
        ("checkout", "not_granted", ("NEVER",)),
        ("unknown", "no_props", ()),
    ]
    assert {one.action for one in events(place) if one.outcome == "refused"} == {"binding.read"}


@SUITE.check
async def check_expired(world: LedgerWorld) -> None:
    """What its policy refuses is refused here too, and recorded."""
    place = Commanding(world)
    policy = command("secret.policy", name="A", fields={"expires_at": 1, "enforce": True})
    await place.run(put("A"), grant("A"), policy)
    await raises(SecretExpired, place.run(read("A")))
    await raises(SecretExpired, place.run(asked("exists", name="A")))

    assert refused(place) == [("checkout", "secret_expired", ("A",))]


@SUITE.check
async def check_strangers_leave_nothing(world: LedgerWorld) -> None:
    """An app of a project that nobody wrote to is refused, and no row is left of it."""
    place = Commanding(world)
    for one in (read("A"), asked("exists", name="A"), asked("names")):
        await raises(NotGranted, place.run(one))
    await raises(NoProps, place.run(asked("refuse", app="unknown")))
    await raises(NotFound, place.run(remove("A")))

    assert not any(place.rows().values())
    if world.database is not None:
        assert not world.left_behind()


@SUITE.check
async def check_only_bindings_read(world: LedgerWorld) -> None:
    """Neither root nor a token nor a brain of the same name reads by the grant of an app."""
    place = Commanding(world)
    await place.run(put("A"), issue(), grant("A"), grant("A", app="root"))
    brain = Principal("checkout", "checkout", Role.READER, PROJECT, kind="brain")
    callers: Sequence[Principal | TokenShown] = (ROOT, shown(), brain)
    for caller in callers:
        for action, given in (
            *(("read", {"names": ["A"]}), ("exists", {"name": "A"}), ("names", {})),
        ):
            await raises(NotGranted, place.run(command(f"binding.{action}", caller, **given)))

    assert refused(place) == []


@SUITE.check
async def check_admins_only(world: LedgerWorld) -> None:
    """A binding grants itself nothing."""
    place = Commanding(world)
    await place.run(put("A"), grant("A"))
    app = binding(PROJECT, parse_app("checkout"))
    for action in ("grant.add", "grant.remove"):
        one = command(action, app, needs=Role.ADMIN, app="checkout", names=["B"])
        await raises(Forbidden, place.run(one))
    await raises(Forbidden, place.run(command("grant.list", app, needs=Role.ADMIN, limit=9)))

    assert await granted(place) == {"checkout": ["A"]}


@SUITE.check
async def check_other_projects(world: LedgerWorld) -> None:
    """An app of another project that is called the same reads nothing here."""
    place = Commanding(world)
    await place.run(put("A"), grant("A"))
    stranger = binding(OTHER_PROJECT, parse_app("checkout"))

    await raises(NotGranted, place.run(command("binding.read", stranger, names=["A"])))


@SUITE.check
async def check_add_adds(world: LedgerWorld) -> None:
    """Names are added to what is there, once; what changes nothing is no event."""
    place = Commanding(world)
    await place.run(put("A"))
    first = place.clock.now
    answer, _ = await place.run(grant("B", "A", "B"))
    by = {"type": "token", "id": "root", "name": "root"}
    assert answer == ["checkout", ["A", "B"], by, first, first]
    place.clock.now += 5
    answer, missing = await place.run(grant("C", "A"))
    assert (answer, missing) == (["checkout", ["A", "B", "C"], by, first, first + 5], ["B", "C"])
    place.clock.now += 5
    again, _ = await place.run(grant("A"), grant("B", "C"))

    assert again == answer
    assert place.actions()[1:] == ["grant.add", "grant.add"]
    said = [(one.names, one.details) for one in events(place) if one.action == "grant.add"]
    assert said == [(("C",), {"as": "checkout"}), (("A", "B"), {"as": "checkout"})]


@SUITE.check
async def check_remove(world: LedgerWorld) -> None:
    """All of the names or none of them; what is not granted is not found."""
    place = Commanding(world)
    await place.run(put("A"), grant("A", "B", "C"))
    for names in (["D"], ["A", "D"]):
        error = await raises(NotFound, place.run(remove(*names)))
        assert error.message == "checkout is not granted D; nothing was removed"
    error = await raises(NotFound, place.run(remove(app="nobody")))
    assert error.message == "there is no grant for nobody"
    await raises(InvalidName, place.run(remove(app="Not An App")))
    assert await granted(place) == {"checkout": ["A", "B", "C"]}
    await place.run(remove("C", "A"))
    assert await granted(place) == {"checkout": ["B"]}
    await place.run(grant("A"), remove())

    assert await granted(place) == {}
    said = [(one.names, one.details) for one in events(place) if one.action == "grant.remove"]
    assert said == [(("A", "B"), {"as": "checkout"}), (("A", "C"), {"as": "checkout"})]


@SUITE.check
async def check_at_once(world: LedgerWorld) -> None:
    """Of changes at the same time, none is lost."""
    place, names = Commanding(world), [f"N{number}" for number in range(4)]
    await place.run(put("A"))
    await asyncio.gather(*(place.run(grant(name)) for name in names))

    assert await granted(place) == {"checkout": names}


@SUITE.check
async def check_limits(world: LedgerWorld) -> None:
    """A grant has at most so many names, and so has a read."""
    place, names = Commanding(world), [f"N{number:03}" for number in range(MAX_GRANTED)]
    await place.run(put("A"), grant(*names))
    await raises(Conflict, place.run(grant("ONE_MORE")))
    await raises(InvalidRequest, place.run(read(*names[: MAX_READ + 1])))
    await place.run(read(*names[:MAX_READ]))

    assert (await granted(place))["checkout"] == names


@SUITE.check
async def check_pages(world: LedgerWorld) -> None:
    """Page after page, each grant once, by app."""
    place, apps = Commanding(world), [f"app-{number}" for number in range(5)]
    await place.run(put("A"), *(grant("A", app=app) for app in reversed(apps)))
    pages: list[list[str]] = []
    cursor = None
    while not pages or cursor:
        found, cursor = await place.run(command("grant.list", cursor=cursor, limit=2))
        pages.append([one[0] for one in found])

    assert pages == [apps[:2], apps[2:4], apps[4:]]


@SUITE.check
async def check_unreadable(world: LedgerWorld) -> None:
    """A grant that cannot be read grants nothing, is listed as such, and can be removed."""
    place = Commanding(world)
    for text in GARBAGE:
        await place.run(put("A"), grant("A"), grant("A", app="zeta"))
        place.ledger.commit([Put(GRANTS.kind, "checkout", text)], {})
        found, _ = await place.run(command("grant.list", limit=9))
        assert [len(one) for one in found] == [1, 5]
        for one in (read("A"), asked("exists", name="A"), asked("names"), grant("A"), remove("A")):
            await raises(CorruptRecord, place.run(one))
        await place.run(read("A", app="zeta"), remove())
        assert set(await granted(place)) == {"zeta"}

    assert events(place)[0].names == ("grant checkout",)


_TIMES = '"createdAt":1,"changedAt":1'
_BY = '"by":{"type":"token","id":"root","name":"root"}'
GARBAGE = (
    *("garbage", "{}", '{"names":["A"]}'),
    f'{{"names":[],{_BY},{_TIMES}}}',
    f'{{"names":["A","A"],{_BY},{_TIMES}}}',
    f'{{"names":["B","A"],{_BY},{_TIMES}}}',
    f'{{"names":["not a name"],{_BY},{_TIMES}}}',
    f'{{"names":"A",{_BY},{_TIMES}}}',
    f'{{"names":["A"],{_BY},"createdAt":1}}',
)


@SUITE.check
async def check_outlives_the_secret(world: LedgerWorld) -> None:
    """A grant is of a name: a deleted secret is missing, and is read when it is back."""
    place = Commanding(world)
    await place.run(put("A"), grant("A"), command("secret.delete", name="A"))
    assert await place.run(read("A")) == []
    found = await place.run(put("A", "newer"), read("A"))

    assert [(one[0], one[1]) for one in found] == [("A", 2)]
