"""Who did what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from px.spec import contract
from px.spec.answer import Reply, closed, demand, number, text
from px.spec.caller import Who
from px.spec.checks.tokens import forged
from px.spec.promises import Group
from px.spec.world import World

AUDIT: Final = Group("audit")
_WHAT: Final = "id time actor action names outcome requestId code address details"
FIELDS: Final = f"{_WHAT} integrity keyId sequence digest"

NOTED_SECONDS: Final = 3.0  # an intruder's event is deliberately written after the answer

Event = dict[str, Any]


@AUDIT.full
async def answer(world: World) -> None:
    """GET /audit answers 200 with `events`, each with all its fields, and their `count`."""
    name = world.name()
    await world.store(name)
    found = (await world.call("GET", "/audit?limit=5")).expect(200)
    items = found.items("events")
    demand(found.number("count") == len(items), "`count` is not the number of `events`")
    event = await _event(world, lambda event: name in event["names"])
    for key in ("id", "action", "outcome", "requestId"):
        text(event, key)
    closed(event, FIELDS, "an event")
    demand(bool(contract.TIME.fullmatch(text(event, "time"))), "`time` has another format")


@AUDIT.full
async def changes(world: World) -> None:
    """Each change leaves an `accepted` event with its names and its answer's request id."""
    one, two = world.name(), world.name()
    entries = [(one, world.value()), (two, world.value())]
    deeds: list[tuple[set[str], Callable[[], Awaitable[Reply]]]] = [
        ({one}, partial(world.put, one)),
        ({one, two}, partial(world.bulk, entries)),
        ({one}, partial(world.delete, one)),
    ]
    for names, deed in deeds:
        done = (await deed()).succeeded("a change").headers.get("x-request-id", "")
        event = await _event(world, partial(_bears, done))
        demand(set(event["names"]) == names, "an event does not name what changed")
        demand(event.get("outcome") == "accepted", "a change is not recorded as `accepted`")


@AUDIT.full
async def refused(world: World) -> None:
    """A request refused for its content leaves no event."""
    name = world.name()
    await world.put(name, "a\0b")
    events = await world.pages("/audit", "events", 1000)
    named = [event for page in events for event in page if name in event.get("names", ())]
    demand(not named, "a refused change is recorded as accepted")


@AUDIT.full
async def order(world: World) -> None:
    """Events come newest first, across pages too, each once, at most `limit` per page."""
    mine: list[str] = []
    for _ in range(6):  # at different times: within a millisecond there is no order
        mine.append(world.name())
        created = (await world.store(mine[-1])).text("createdAt")
        mine += await world.tick(created)  # of two neighbours, a page may lose either

    async def is_newest_first() -> None:
        # A few small pages: the events of this check are on the first ones. And a large page that
        # spans several milliseconds wherever the small ones begin.
        pages = await world.pages("/audit", "events", limit=2, most=len(mine) // 2 + 30)
        demand(all(len(page) <= 2 for page in pages), "a page is larger than `limit`")
        events = [event for page in pages for event in page]
        large = (await world.call("GET", "/audit?limit=50")).expect(200).items("events")
        for found in (events, large):
            times = [text(event, "time") for event in found]
            demand(times == sorted(times, reverse=True), "an event comes before a newer one")
        names = [name for event in events for name in event["names"]]
        demand(all(names.count(name) == 1 for name in mine), "an event is missing or repeated")

    await world.eventually(is_newest_first)


@AUDIT.full
async def sequence(world: World) -> None:
    """Events are numbered without a gap, across pages too, and `head` is the newest of them."""
    for _ in range(5):
        await world.store(world.name())
    pages = await world.pages("/audit", "events", limit=2, most=4)
    numbers = [number(event, "sequence") for page in pages for event in page]
    newest = numbers[0]
    demand(numbers == [newest - place for place in range(len(numbers))], "`sequence` has a gap")
    found = (await world.call("GET", "/audit?limit=1")).expect(200)
    head, first = found.object()["head"], found.items("events")[0]
    same = all(head.get(key) == first.get(key) for key in ("sequence", "digest"))
    demand(same and bool(text(first, "digest")), "`head` is not the newest event")


@AUDIT.full
async def filters(world: World) -> None:
    """`actor`, `action` and `name` leave exactly the events that fit all of them."""
    issued, mine, others = await world.issue("writer"), world.name(), world.name()
    for name, who in ((mine, Who(issued.token)), (mine, world.root), (others, Who(issued.token))):
        await world.store(name, who=who)
    (await world.delete(mine, Who(issued.token))).succeeded("DELETE /secrets/NAME")
    path = f"/audit?actor={issued.id}&action=secret.put&name={mine}"
    found = [event async for event in _filtered(world, path)]
    fit = [(event["names"], event["action"], event["actor"]["id"]) for event in found]
    demand(fit == [([mine], "secret.put", issued.id)], "a filter shows other events than its own")


@AUDIT.full
async def actor(world: World) -> None:
    """An event names the token that acted, by id and name."""
    issued, name = await world.issue("writer"), world.name()
    await world.store(name, who=Who(issued.token))
    event = await _event(world, lambda event: name in event["names"])
    acted = event["actor"]
    named = (acted.get("id"), acted.get("name")) == (issued.id, f"spec {world.run}")
    demand(named, "`actor` is not the token that acted")


@AUDIT.full
async def intruder(world: World) -> None:
    """A token whose id is known and whose secret is wrong is recorded as `refused`."""
    issued = await world.issue("reader")
    await world.call("GET", "/secrets", who=Who(forged(issued.token)))

    def is_it(event: Event) -> bool:
        return event.get("outcome") == "refused" and bool(_actor(event) == issued.id)

    await _event(world, is_it, at_least=NOTED_SECONDS)


@AUDIT.full
async def integrity(world: World) -> None:
    """Every unchanged event has the `integrity` `intact`."""
    name = world.name()
    await world.store(name)
    event = await _event(world, lambda event: name in event["names"])
    demand(event.get("integrity") == "intact", "`integrity` of a fresh event is not `intact`")


async def _filtered(world: World, path: str) -> AsyncIterator[Event]:
    """The events of every page; a page may be empty and not the last."""
    more = ""
    while True:
        page = (await world.call("GET", path + more)).expect(200)
        for event in page.items("events"):
            yield event
        if "cursor" not in page.object():
            return
        more = "&cursor=" + quote(page.text("cursor"), safe="")


def _actor(event: Event) -> object:
    return event["actor"].get("id")


def _bears(request_id: str, event: Event) -> bool:
    return event.get("requestId") == request_id


@AUDIT.full
async def root_replaced(world: World) -> None:
    """POST /root-token/replaced answers 204, and root's event says `root.replace`."""
    done = await world.call("POST", "/root-token/replaced", who=world.neighbour)
    request = done.expect(204).headers.get("x-request-id", "")

    async def is_recorded() -> None:
        answer = await world.call("GET", "/audit?action=root.replace", who=world.neighbour)
        events = answer.succeeded("GET /audit").items("events")
        told = [event["actor"] for event in events if event.get("requestId") == request]
        demand(bool(told), "a replaced root token leaves no event")
        demand(told[0].get("id") == "root", "somebody else is said to have replaced it")

    await world.eventually(is_recorded)


@AUDIT.full
async def restart(world: World) -> None:
    """POST /audit/restart is refused as `conflict` while the audit key can be opened."""
    await world.store(world.name(), who=world.neighbour)
    answer = await world.call("POST", "/audit/restart", who=world.neighbour)
    answer.refused("conflict", "a new audit key in place of one that is not lost")


@AUDIT.full
async def acknowledged(world: World) -> None:
    """POST /audit/acknowledge takes exactly an event that was changed: conflict, or not_found."""
    await world.store(world.name(), who=world.neighbour)
    newest = await world.call("GET", "/audit?limit=1", who=world.neighbour)
    head = newest.succeeded("GET /audit").object()["head"]
    for sent, code in ((head, "conflict"), (head | {"digest": "0" * 64}, "not_found")):
        found = await world.call("POST", "/audit/acknowledge", sent, who=world.neighbour)
        found.refused(code, "an event that was not changed so")


async def _event(world: World, matches: Callable[[Event], bool], at_least: float = 0) -> Event:
    """The newest event of this kind."""

    async def find() -> Event:
        answer = (await world.call("GET", "/audit?limit=100")).succeeded("GET /audit")
        for event in answer.items("events"):
            wellformed = isinstance(event.get("names"), list) and isinstance(
                event.get("actor"), dict
            )
            demand(wellformed, "an event has no names or no actor")
            if matches(event):
                return event
        demand(False, "the action is not in the audit log")
        raise AssertionError

    return await world.eventually(find, at_least)
