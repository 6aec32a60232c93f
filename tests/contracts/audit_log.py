"""What is promised of the events that KV holds."""

from __future__ import annotations

from contracts.suite import Suite
from contracts.worlds import OTHER_PROJECT, PROJECT, KvWorld
from positronic.audit.events import event_id
from positronic.ports import Event
from positronic.stores.kv import KvAudit

SUITE: Suite[KvWorld] = Suite("audit")

START = 1_795_500_000_000


def event(number: int, time: int | None = None, names: tuple[str, ...] = ("A",)) -> Event:
    """The event of this number, a millisecond after the one before."""
    moment = START + number if time is None else time
    return Event(
        id=event_id(moment, lambda size: number.to_bytes(size, "big")),
        time=moment,
        actor={"type": "token", "id": f"t{number}", "name": "José's 🔑"},
        action="secret.put",
        names=names,
        outcome="accepted",
        request_id=f"{number:016x}",
    )


async def append_all(log: KvAudit, events: list[Event]) -> None:
    for item in events:
        await log.append(item)


async def everything(log: KvAudit, limit: int) -> list[Event]:
    """All pages from the first to the one without a cursor; 100 at most."""
    found: list[Event] = []
    cursor = None
    for _ in range(100):
        page = await log.list(cursor, limit)
        assert len(page.items) <= limit, "a page is larger than its limit"
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the list does not end")


@SUITE.check
async def check_exact(world: KvWorld) -> None:
    """An event comes back equal in every field."""
    log, stored = world.audit_log(PROJECT), event(1)
    await log.append(stored)

    assert (await log.list(None, 10)).items == [stored], "another event came back"


@SUITE.check
async def check_code(world: KvWorld) -> None:
    """A failed event keeps its code."""
    base = event(1)
    failed = Event(
        id=base.id,
        time=base.time,
        actor=base.actor,
        action=base.action,
        names=base.names,
        outcome="failed",
        request_id=base.request_id,
        code="rate_limited",
    )
    log = world.audit_log(PROJECT)
    await log.append(failed)

    assert (await log.list(None, 10)).items == [failed], "another event came back"


@SUITE.check
async def check_largest(world: KvWorld) -> None:
    """An event with 500 names of 128 characters comes back whole."""
    stored = event(1, names=tuple(f"{number:03}".rjust(128, "N") for number in range(500)))
    log = world.audit_log(PROJECT)
    await log.append(stored)

    assert (await log.list(None, 10)).items == [stored], "a name got lost"


@SUITE.check
async def check_newest_first(world: KvWorld) -> None:
    """Events come newest first, whatever order they were written in."""
    log, events = world.audit_log(PROJECT), [event(number) for number in range(6)]
    await append_all(log, events[::2] + events[1::2])

    assert (await log.list(None, 10)).items == events[::-1], "another order than newest first"


@SUITE.check
async def check_same_millisecond(world: KvWorld) -> None:
    """Events of one millisecond are all kept."""
    log, events = world.audit_log(PROJECT), [event(number, time=START) for number in range(5)]
    await append_all(log, events)
    found = (await log.list(None, 10)).items

    assert sorted(item.id for item in found) == sorted(item.id for item in events), "one is gone"


@SUITE.check
async def check_paging(world: KvWorld) -> None:
    """Pages of any size hold every event once, newest first."""
    log, events = world.audit_log(PROJECT), [event(number) for number in range(7)]
    await append_all(log, events)
    for limit in (1, 3, 7, 1000):
        assert await everything(log, limit) == events[::-1], f"limit {limit}: not whole"


@SUITE.check
async def check_more_than_a_hundred(world: KvWorld) -> None:
    """250 events come back in one page of 1,000."""
    log, events = world.audit_log(PROJECT), [event(number) for number in range(250)]
    await append_all(log, events)

    assert (await log.list(None, 1000)).items == events[::-1], "an event got lost between batches"


@SUITE.check
async def check_new_events_do_not_repeat_old_ones(world: KvWorld) -> None:
    """Events written between two pages neither repeat nor hide older ones."""
    log, events = world.audit_log(PROJECT), [event(number) for number in range(4)]
    await append_all(log, events)
    first = await log.list(None, 2)
    await log.append(event(9))
    second = await log.list(first.cursor, 2)

    assert [*first.items, *second.items] == events[::-1], "a page moved"


@SUITE.check
async def check_empty(world: KvWorld) -> None:
    """An empty log lists as one empty page without a cursor."""
    page = await world.audit_log(PROJECT).list(None, 1000)

    assert page.items == [], "something is in an empty log"
    assert page.cursor is None, "a cursor leads nowhere"


@SUITE.check
async def check_projects_apart(world: KvWorld) -> None:
    """Projects do not see each other's events, even where one name begins the other's."""
    one, other = world.audit_log(PROJECT), world.audit_log(OTHER_PROJECT)
    await one.append(event(1))
    await other.append(event(2))

    assert (await one.list(None, 10)).items == [event(1)], "an event leaked"
    assert (await other.list(None, 10)).items == [event(2)], "an event leaked"
