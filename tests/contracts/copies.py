"""What is promised of copies: what the ledger has comes to be elsewhere, and nothing is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from contracts.commanding import Commanding, bulk, command, put
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite
from positronic.copies.drain import AT_ONCE, Drain
from positronic.copies.memory import MemoryCopies
from positronic.errors import RateLimited, StoreFailed
from positronic.ledger.copy_rows import (
    OUTBOX,
    PUBLISHED,
    REMEMBERED,
    PublishedCopy,
    copy_digest,
)
from positronic.ledger.secret_rows import STATES
from positronic.names import Name
from positronic.ports import Record
from positronic.rows import Put
from positronic.times import FIRST_RETRY, LAST_RETRY

SUITE: Suite[LedgerWorld] = Suite("copies")


class Elsewhere(MemoryCopies):
    """Counts what is written; `before` is awaited before each change, and may raise."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.before: Callable[[Name], Awaitable[None]] = _nothing

    async def put(self, record: Record) -> None:
        self.calls.append(record.name)
        await self.before(record.name)
        await super().put(record)

    async def delete(self, name: Name) -> None:
        self.calls.append(name)
        await self.before(name)
        await super().delete(name)


async def _nothing(_: Name) -> None:
    return


async def _failing(_: Name) -> None:
    raise StoreFailed("as the check wanted")


def _drain(place: Commanding, elsewhere: Elsewhere) -> Drain:
    return Drain(place.ledger, elsewhere, place.clock)


def _is_equal(place: Commanding, elsewhere: Elsewhere) -> bool:
    """Nothing is due, and elsewhere has what the ledger has, no more and no less."""
    kept = {record.name: record for record in place.current_versions()}
    return elsewhere.records == kept and place.rows()["outbox"] == []


@SUITE.check
async def check_drain(world: LedgerWorld) -> None:
    """What was put, replaced and deleted is so elsewhere, each name once."""
    place, elsewhere = Commanding(world), Elsewhere()
    await place.run(put("A"), put("A"), put("B"), put("C"), command("secret.delete", name="B"))
    drain = _drain(place, elsewhere)
    await drain.step()

    assert sorted(elsewhere.calls) == ["A", "B", "C"]
    assert _is_equal(place, elsewhere)
    assert drain.next() is None, "something is still due"
    await place.run(command("secret.delete", name="A"))
    assert drain.next() == place.clock.now
    await drain.step()
    assert set(elsewhere.records) == {"C"}, "a deleted one stayed"


@SUITE.check
async def check_steps(world: LedgerWorld) -> None:
    """Many names take several steps of a bounded size, and each says that more is due."""
    place, elsewhere = Commanding(world), Elsewhere()
    await place.run(bulk([f"N{number:03}" for number in range(2 * AT_ONCE + 5)]))
    drain, sizes = _drain(place, elsewhere), []
    while drain.next() is not None:
        before = len(elsewhere.calls)
        await drain.step()
        sizes.append(len(elsewhere.calls) - before)

    assert sizes == [AT_ONCE, AT_ONCE, 5]
    assert _is_equal(place, elsewhere)


@SUITE.check
async def check_changed_meanwhile(world: LedgerWorld) -> None:
    """A secret that is changed, or deleted, while its copy is written is due again."""
    place, elsewhere = Commanding(world), Elsewhere()
    await place.run(put("A", "one"), put("B", "one"))
    changes = {"A": put("A", "two"), "B": command("secret.delete", name="B")}

    async def change(name: Name) -> None:
        if name in changes:
            await place.run(changes.pop(name))

    elsewhere.before = change
    drain = _drain(place, elsewhere)
    await drain.step()
    assert [row.id for row in place.rows()["outbox"]] == ["A", "B"], "lost sight of"
    assert not _is_equal(place, elsewhere), "the older one was written after the newer"
    await drain.step()

    assert _is_equal(place, elsewhere)


def _published(place: Commanding) -> dict[str, PublishedCopy]:
    return {row.id: PUBLISHED.read(row) for row in place.rows()["published"]}


@SUITE.check
async def check_published(world: LedgerWorld) -> None:
    """What was last written of each name is known: its version, its key and the last texts."""
    place, elsewhere = Commanding(world), Elsewhere()
    digests: list[str] = []
    for number in range(REMEMBERED + 2):
        await place.run(put("A", f"value {number}"))
        place.clock.now += 1
        await _drain(place, elsewhere).step()
        digests = [copy_digest(elsewhere.records[Name("A")]), *digests]
    found = _published(place)["A"]

    assert (found.version, found.key_id, found.at) == (REMEMBERED + 2, "k1", place.clock.now)
    assert list(found.digests) == digests[:REMEMBERED]
    await place.run(command("secret.delete", name="A"))
    assert _published(place)["A"] == found, "what is not removed yet is still known"
    await _drain(place, elsewhere).step()
    gone = _published(place)["A"]
    assert (gone.version, gone.key_id, gone.digests) == (None, None, found.digests)
    assert place.ledger.count(PUBLISHED.kind, "master") == 0


@SUITE.check
async def check_published_meanwhile(world: LedgerWorld) -> None:
    """What was written is known, also when the secret was changed while it was written."""
    place, elsewhere = Commanding(world), Elsewhere()
    await place.run(put("A", "one"))
    changes = [put("A", "two")]

    async def change(_: Name) -> None:
        while changes:
            await place.run(changes.pop())

    elsewhere.before = change
    await _drain(place, elsewhere).step()

    assert _published(place)["A"].digests == (copy_digest(elsewhere.records[Name("A")]),)
    assert [row.id for row in place.rows()["outbox"]] == ["A"]


@SUITE.check
async def check_failure(world: LedgerWorld) -> None:
    """A copy that fails is tried again, later each time and never later than an hour; the others
    are written meanwhile."""
    place, elsewhere = Commanding(world), Elsewhere()
    await place.run(put("A"), put("B"))

    async def fail(name: Name) -> None:
        if name == "A":
            raise RateLimited("as the check wanted")

    elsewhere.before = fail
    drain, waits = _drain(place, elsewhere), []
    for _ in range(16):
        await drain.step()
        assert set(elsewhere.records) == {"B"}, "the other one"
        following = drain.next()
        assert following is not None, "given up"
        waits.append(following - place.clock.now)
        place.clock.now = following
    elsewhere.before = _nothing
    await drain.step()

    assert waits[:4] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY, 8 * FIRST_RETRY]
    assert waits[-1] == LAST_RETRY
    assert _is_equal(place, elsewhere)


@SUITE.check
async def check_change_resets_the_wait(world: LedgerWorld) -> None:
    """A change of a secret whose copy failed is due at once."""
    place, elsewhere = Commanding(world), Elsewhere()
    await place.run(put("A", "one"))
    elsewhere.before = _failing
    await _drain(place, elsewhere).step()
    assert _drain(place, elsewhere).next() == place.clock.now + FIRST_RETRY
    await place.run(put("A", "two"))

    assert _drain(place, elsewhere).next() == place.clock.now
    elsewhere.before = _nothing
    await _drain(place, elsewhere).step()
    assert _is_equal(place, elsewhere)


@SUITE.check
async def check_unreadable(world: LedgerWorld) -> None:
    """A secret that cannot be read is not copied and does not stop the others, nor does a row of
    the outbox that says nothing."""
    place, elsewhere = Commanding(world), Elsewhere()
    await place.run(put("A"), put("B"), put("C"))
    now = place.clock.now
    broken = [
        Put(STATES.kind, "A", "{}", ("A", None, None)),
        Put(OUTBOX.kind, "B", "garbage", (now,)),
    ]
    place.ledger.commit(broken, {})
    await _drain(place, elsewhere).step()

    assert set(elsewhere.records) == {"B", "C"}
    assert [row.id for row in place.rows()["outbox"]] == ["A"], "waits to be deleted"
    await place.run(command("secret.delete", name="A"))
    await _drain(place, elsewhere).step()
    assert _is_equal(place, elsewhere)


@SUITE.check
async def check_whole_or_due(world: LedgerWorld) -> None:
    """Whichever statement of a drain fails, no name is lost: the next drain makes all equal."""
    place, elsewhere = Commanding(world), Elsewhere()
    spare, is_through = 0, False
    while not is_through:
        await place.run(put("A", f"value {spare}"), put("B"))
        await place.run(command("secret.delete", name="B"))
        try:
            await Drain(world.failing(spare), elsewhere, place.clock).step()
            is_through = place.rows()["outbox"] == []
        except StoreFailed:
            pass
        spare += 1
        place.clock.now += LAST_RETRY
        await _drain(place, elsewhere).step()
        assert _is_equal(place, elsewhere), f"after statement {spare}"
    assert spare > 3, "it has fewer statements than were to fail"
