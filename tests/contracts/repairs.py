"""What is promised of copies that are not what they have to be: found, repaired, reported once."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace

from contracts.commanding import Commanding, bulk, command, put
from contracts.copies import Elsewhere
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.worlds import KEYS, PROJECT
from positronic.audit.events import Origin
from positronic.commands.asked_copies import LISTED_AT_ONCE, MAX_TEXT, LedgerCopies
from positronic.commands.asking import Asking
from positronic.commands.copy_commands import MAX_PLANTED, REPORT_EVERY
from positronic.copies.compare import FOREIGN, LAG, LAGGING, MISSING, OLDER, PLANTED
from positronic.copies.drain import Drain
from positronic.errors import InvalidRequest, TooLarge
from positronic.ledger.adoption_rows import WAITING, Waiting
from positronic.ledger.copy_rows import PUBLISHED
from positronic.ledger.event_rows import ChainedEvent
from positronic.ledger.secret_rows import STATES, VERSIONS
from positronic.names import Name
from positronic.ports import Record, Unreadable
from positronic.roles import Principal, Role
from positronic.rows import Put
from positronic.sealing.keyring import Keyring

SUITE: Suite[LedgerWorld] = Suite("repairs")

A, B = Name("A"), Name("B")


@SUITE.check
async def check_a_rebuild_has_nothing_destroyed(world: LedgerWorld) -> None:
    """KV that was lost is written again: current values, and no text that was destroyed."""
    copied = Copied(world)
    place = copied.place
    await place.run(put("A", "destroyed"), put("A", "kept"), put("B"), put("C"))
    texts = [VERSIONS.read(row).sealed for row in place.rows()["version"]]
    await place.run(command("secret.destroy", name="A", version=1))
    await place.run(command("secret.destroy", name="B"), command("secret.delete", name="C"))
    kept = VERSIONS.read(place.rows()["version"][0]).sealed
    copied.elsewhere.records.clear()
    await place.run(command("project.repair"))
    await copied.drain()

    assert {name: one.sealed for name, one in copied.elsewhere.records.items()} == {"A": kept}
    assert kept in texts


class Copied:
    """A place and its copies, which are as they have to be once `drain` is through."""

    def __init__(self, world: LedgerWorld, elsewhere: Elsewhere | None = None) -> None:
        self.place, self.elsewhere = Commanding(world), elsewhere or Elsewhere()
        caller = Principal("reader", "reader", Role.READER, PROJECT)
        origin, keyring = Origin("request", None), Keyring(KEYS)
        ask = Asking(PROJECT, caller, Role.READER, origin, keyring, os.urandom, self.place.run)
        self.copies = LedgerCopies(ask, self.elsewhere)

    async def drain(self) -> None:
        while self.place.rows()["outbox"]:
            await Drain(self.place.ledger, self.elsewhere, self.place.clock).step()

    async def late(self) -> None:
        """All is copied, and long enough ago."""
        await self.drain()
        self.place.clock.now += LAG

    async def differing(self, limit: int = 100) -> dict[str, str]:
        """Every page; the copies that are as they have to be are the others."""
        found: dict[str, str] = {}
        cursor: str | None = None
        while True:
            page = await self.copies.page(cursor, limit)
            found |= page.differing
            if page.cursor is None:
                return found
            cursor = page.cursor

    def reports(self) -> list[tuple[str, ...]]:
        """The names of each report, the oldest first."""
        found = [one.event for one in self.place.events() if isinstance(one, ChainedEvent)]
        return [one.names for one in reversed(found) if one.action == "copies.repair"]

    def is_equal(self) -> bool:
        kept = {one.name: one for one in self.place.current_versions()}
        return self.elsewhere.records == kept and self.place.rows()["outbox"] == []


@SUITE.check
async def check_many_planted(world: LedgerWorld) -> None:
    """All that was planted is removed; the event names a few of them and counts the others."""
    copied = Copied(world)
    await copied.place.run(put("A"))
    await copied.late()
    [genuine] = copied.elsewhere.records.values()
    planted = {Name(f"PLANTED_{number}") for number in range(MAX_PLANTED + 30)}
    copied.elsewhere.records.update({name: replace(genuine, name=name) for name in planted})

    found = await copied.differing()
    [event] = [one.event for one in copied.place.events() if isinstance(one, ChainedEvent)][:1]
    await copied.drain()

    assert found == dict.fromkeys(planted, PLANTED)
    assert planted.issuperset(event.names)
    assert len(event.names) == MAX_PLANTED
    assert event.details == {PLANTED: list(event.names), "morePlanted": 30}
    assert copied.is_equal()


@SUITE.check
async def check_same(world: LedgerWorld) -> None:
    """Copies that are as they have to be: nothing is found, repaired or reported."""
    copied = Copied(world)
    await copied.place.run(bulk(["A", "B", "C"]), put("A"), command("secret.delete", name="C"))
    await copied.late()
    page = await copied.copies.page(None, 100)

    assert (page.differing, page.same) == ({}, 2)
    assert await copied.differing() == {}
    assert copied.reports() == []
    assert copied.place.rows()["outbox"] == []


@SUITE.check
async def check_lagging(world: LedgerWorld) -> None:
    """A text of ours, or none, while the last publish is young: nothing happens."""
    copied = Copied(world)
    await copied.place.run(bulk(["A", "B", "C", "D"]))
    await copied.late()
    old = dict(copied.elsewhere.records)
    await copied.place.run(put("A"), put("B"), command("secret.delete", name="C"), put("NEW"))
    assert await copied.differing() == {"A": LAGGING, "B": LAGGING, "C": LAGGING, "NEW": LAGGING}
    await copied.drain()
    writes = len(copied.elsewhere.calls)
    copied.elsewhere.records = {name: old[name] for name in (A, Name("C"), Name("D"))}
    copied.place.clock.now += LAG - 1
    found = await copied.differing()

    assert found == {"A": LAGGING, "B": LAGGING, "C": LAGGING, "NEW": LAGGING}
    await copied.drain()
    assert len(copied.elsewhere.calls) == writes, "written again"
    assert copied.reports() == []


async def _damage(copied: Copied) -> dict[str, str]:
    """Every way in which a copy can be wrong, and what it is called."""
    records = copied.elsewhere.records
    older = dict(records)
    await copied.place.run(put("OLDER", "new"), put("KEPT", "new"))
    await copied.late()
    records[Name("OLDER")] = older[Name("OLDER")]
    damaged = records[Name("FOREIGN")]
    records[Name("FOREIGN")] = replace(damaged, sealed=damaged.sealed[:-1])
    redated = records[Name("REDATED")]
    metadata = redated.metadata._replace(updated_at=redated.metadata.updated_at + 1)
    records[Name("REDATED")] = replace(redated, metadata=metadata)
    del records[Name("MISSING")]
    moved = records[Name("KEPT")]
    records[Name("PLANTED")] = Record(Name("PLANTED"), moved.metadata, moved.sealed)
    records[Name("..\N{SNOWMAN}")] = Record(Name("..\N{SNOWMAN}"), moved.metadata, "garbage")
    return {
        "OLDER": OLDER,
        "FOREIGN": FOREIGN,
        "REDATED": FOREIGN,
        "MISSING": MISSING,
        "PLANTED": PLANTED,
        "..\N{SNOWMAN}": PLANTED,
    }


@SUITE.check
async def check_wrong(world: LedgerWorld) -> None:
    """Each damage has its name, is repaired by the next drain, and is reported once an hour."""
    copied = Copied(world)
    await copied.place.run(bulk(["KEPT", "OLDER", "FOREIGN", "REDATED", "MISSING"]))
    await copied.late()
    wrong = await _damage(copied)

    assert await copied.differing() == wrong
    assert await copied.differing(2) != {}, "forgotten before it is repaired"
    assert sorted(name for names in copied.reports() for name in names) == sorted(wrong)
    assert len(copied.place.rows()["outbox"]) == len(wrong), "queued more than once"
    await copied.late()
    assert copied.is_equal()
    assert await copied.differing() == {}
    again = await _damage(copied)
    copied.place.clock.now += REPORT_EVERY
    assert await copied.differing() == again
    assert sorted(name for names in copied.reports() for name in names) == sorted([*wrong, *again])


@SUITE.check
async def check_who_reports(world: LedgerWorld) -> None:
    """A report is the ledger's own doing, whoever looked."""
    copied = Copied(world)
    await copied.place.run(put("A"))
    await copied.late()
    copied.elsewhere.records.clear()
    await copied.differing()

    event = copied.place.events()[0]
    assert isinstance(event, ChainedEvent)
    assert event.event.actor["type"] == "system"
    assert event.event.names == ("A",)
    assert event.event.details == {MISSING: ["A"]}


@SUITE.check
async def check_never_published(world: LedgerWorld) -> None:
    """A copy whose publishing nobody noted is compared with the secret itself."""
    copied = Copied(world)
    await copied.place.run(bulk(["A", "B"]))
    await copied.drain()
    copied.place.ledger.commit(
        [Put(PUBLISHED.kind, "A", "garbage", ("k1", None))],
        {},
    )
    assert await copied.differing() == {}
    copied.elsewhere.records[A] = replace(copied.elsewhere.records[A], sealed="another")

    assert await copied.differing() == {"A": FOREIGN}


@SUITE.check
async def check_pages(world: LedgerWorld) -> None:
    """Pages are bounded, whatever stands in the copies; a foreign cursor is refused."""
    copied, count = Copied(world), 2 * LISTED_AT_ONCE + 5
    await copied.place.run(put("A"))
    await copied.late()
    record = copied.elsewhere.records[A]
    for number in range(count):
        name = Name(f"PLANTED{number:04}")
        copied.elsewhere.records[name] = replace(record, name=name)
    sizes, cursor = [], None
    while True:
        page = await copied.copies.page(cursor, 1000)
        sizes.append(len(page.differing))
        cursor = page.cursor
        if cursor is None:
            break

    assert sum(sizes) == count
    assert max(sizes) <= LISTED_AT_ONCE
    await copied.late()
    assert copied.is_equal()
    for foreign in ("x", "c:%%", ":"):
        await raises(InvalidRequest, copied.copies.page(foreign, 10))


@SUITE.check
async def check_longest_names(world: LedgerWorld) -> None:
    """Names that take six times their length in an event stop no sweep."""
    copied = Copied(world)
    await copied.place.run(put("A"))
    await copied.late()
    record = copied.elsewhere.records[A]
    names = [Name(f"{number:03}" + "\x01" * 497) for number in range(LISTED_AT_ONCE + 1)]
    copied.elsewhere.records |= {name: replace(record, name=name) for name in names}

    assert await copied.differing(1000) == dict.fromkeys(names, PLANTED)
    await copied.late()
    assert copied.is_equal()


class Narrow(Elsewhere):
    """Gives no more than MOST characters at once, as KV does."""

    MOST = 5 * MAX_TEXT

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record | Unreadable]:
        found = await super().get(names)
        if sum(len(one.sealed) for one in found.values() if isinstance(one, Record)) > self.MOST:
            raise TooLarge("as the check wanted")
        return found


@SUITE.check
async def check_too_large(world: LedgerWorld) -> None:
    """A copy that is too large to be ours, or to be read, is foreign, and hides no other."""
    copied = Copied(world, Narrow())
    await copied.place.run(bulk(["A", "B", "C", "D", "E"]))
    await copied.late()
    records = copied.elsewhere.records
    for name, size in ((A, MAX_TEXT + 1), (B, Narrow.MOST + 1), (Name("C"), Narrow.MOST)):
        records[name] = replace(records[name], sealed="x" * size)
    del records[Name("E")]

    expected = {"A": FOREIGN, "B": FOREIGN, "C": FOREIGN, "E": MISSING}
    assert await copied.differing() == expected
    await copied.late()
    assert copied.is_equal()


@SUITE.check
async def check_gone_is_forgotten(world: LedgerWorld) -> None:
    """What is known of copies of names that are gone goes after an hour."""
    copied = Copied(world)
    await copied.place.run(bulk(["A", "B"]), command("secret.delete", name="A"))
    await copied.drain()
    copied.place.clock.now += REPORT_EVERY + 1
    await copied.differing()

    assert [row.id for row in copied.place.rows()["published"]] == ["B"]


@SUITE.check
async def check_unreadable_secret(world: LedgerWorld) -> None:
    """A secret that cannot be read is no reason to touch its copy."""
    copied = Copied(world)
    await copied.place.run(put("A"))
    await copied.late()
    copied.place.ledger.commit([Put(STATES.kind, "A", "{}", ("A", None, None))], {})

    assert await copied.differing() == {}
    assert set(copied.elsewhere.records) == {A}


@SUITE.check
async def check_not_adopted(world: LedgerWorld) -> None:
    """An entry that an adoption could not bring is all that there is of it: it is not removed."""
    copied = Copied(world)
    await copied.place.run(put("A"))
    await copied.late()
    record = copied.elsewhere.records[A]
    copied.elsewhere.records[B] = replace(record, name=B)
    waiting = WAITING.put(Waiting("secret", "B", None, "B", "unknown_key", "a reason"))
    copied.place.ledger.commit([waiting], {})

    assert await copied.differing() == {}
    await copied.drain()
    assert set(copied.elsewhere.records) == {A, B}
