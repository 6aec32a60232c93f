"""What is promised of a ledger's alarm: what is due happens without any call, and goes on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from contracts.commanding import AUDIT_RETENTION, Commanding, bulk, command, put
from contracts.copies import Elsewhere
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.worlds import KEYS, PROJECT
from positronic.commands.alarm import SWEPT_AT_ONCE, Alarm
from positronic.errors import InvalidRequest, StoreFailed
from positronic.ledger.duty_rows import DUTIES, RETENTION, SWEEP, Duty
from positronic.names import Name
from positronic.ports import Page, RecordInfo, Unreadable
from positronic.rows import Put
from positronic.sealing.keyring import Keyring
from positronic.times import DAY, FIRST_RETRY, LAST_RETRY

SUITE: Suite[LedgerWorld] = Suite("alarms")


class Copies(Elsewhere):
    """Also counts what is read; `fails`: lists do."""

    def __init__(self) -> None:
        super().__init__()
        self.fails: Exception | None = None

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
        if self.fails:
            raise self.fails
        return await super().list(cursor, limit)


@dataclass
class Alarmed:
    """A place whose alarm rings only when a check says so."""

    world: LedgerWorld
    copies: Copies = field(default_factory=Copies)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.place = Commanding(self.world)

    @property
    def alarm(self) -> Alarm:
        place, clock = self.place, self.place.clock
        return Alarm(
            *(PROJECT, place.ledger, self.copies, place.place()),
            *(Keyring(KEYS), clock, os.urandom, self.lines.append),
        )

    async def until(self, time: int) -> int:
        """Let it ring whenever something is due, up to then; how often it did."""
        rings = 0
        while (at := self.alarm.next()) is not None and at <= time:
            self.place.clock.now = max(self.place.clock.now, at)
            await self.alarm.ring()
            rings += 1
            assert rings < 1000, "it rings for ever"
        self.place.clock.now = time
        return rings

    def duty(self, name: str) -> Duty:
        found = DUTIES.item(self.place.ledger.get(DUTIES.kind, [name])[name])
        assert isinstance(found, Duty)
        return found


@SUITE.check
async def check_wakes(world: LedgerWorld) -> None:
    """The first event says what is due every day; each change of a secret is due at once."""
    alarmed, start = Alarmed(world), Commanding(world).clock.now
    assert alarmed.alarm.next() is None, "a ledger that nobody wrote to"
    await alarmed.place.run(command("root.replace", names=["root"]))
    assert alarmed.place.wakes == [start + DAY]
    assert alarmed.alarm.next() == start + DAY
    await alarmed.place.run(put("A"))

    assert alarmed.place.wakes == [start + DAY, start]
    assert alarmed.alarm.next() == start
    await alarmed.alarm.ring()
    assert set(alarmed.copies.records) == {"A"}
    assert alarmed.alarm.next() == start + DAY


@SUITE.check
async def check_retention(world: LedgerWorld) -> None:
    """An idle project does not keep its events for ever, and those that are left fit together."""
    alarmed = Alarmed(world)
    for number in range(20):
        await alarmed.place.run(put("A", f"value {number}"))
    await alarmed.until(alarmed.place.clock.now + AUDIT_RETENTION - 1)
    assert len(alarmed.place.events()) == 20
    await alarmed.until(alarmed.place.clock.now + 3 * DAY)
    assert len(alarmed.place.events()) == 1, "the newest one, from which the chain goes on"
    await alarmed.place.run(put("A"), put("B"))
    listed, _, head = await alarmed.place.run(command("audit.list", limit=9))

    assert head[0] == 22, "numbers were used again"
    assert [one[3] for one in listed] == ["intact"] * len(listed)


@SUITE.check
async def check_sweep(world: LedgerWorld) -> None:
    """Damage to copies is found within a day and repaired, without any call, step by step."""
    alarmed, count = Alarmed(world), SWEPT_AT_ONCE + 50
    for start in range(0, count, 50):
        await alarmed.place.run(bulk([f"N{start + number:04}" for number in range(50)]))
    await alarmed.until(alarmed.place.clock.now + 1000)
    before = dict(alarmed.copies.records)
    assert len(before) == count
    await alarmed.until(alarmed.place.clock.now + DAY // 2)
    del alarmed.copies.records[Name("N0000")]
    del alarmed.copies.records[Name(f"N{count - 1:04}")]
    rings = await alarmed.until(alarmed.place.clock.now + DAY)

    assert alarmed.copies.records == before
    assert rings < 10
    assert alarmed.lines == [
        f"copies of {PROJECT}: 1 missing; they are written again or removed",
        f"copies of {PROJECT}: 1 missing; they are written again or removed",
    ]


@SUITE.check
async def check_backs_off(world: LedgerWorld) -> None:
    """A duty that fails is tried again later and later, and stops no other."""
    alarmed = Alarmed(world)
    await alarmed.place.run(put("A"))
    alarmed.copies.fails = StoreFailed("as the check wanted")
    waits = []
    alarmed.place.clock.now += DAY
    await alarmed.alarm.ring()  # the secrets' copies
    for _ in range(16):
        await alarmed.alarm.ring()
        due = alarmed.duty(SWEEP).due
        waits.append(due - alarmed.place.clock.now)
        alarmed.place.clock.now = due
    assert waits[:3] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert waits[-1] == LAST_RETRY
    assert alarmed.duty(RETENTION).failed == 0
    assert set(alarmed.copies.records) == {"A"}
    alarmed.copies.fails = None
    await alarmed.alarm.ring()

    assert alarmed.duty(SWEEP) == Duty(SWEEP, alarmed.place.clock.now + DAY)


@SUITE.check
async def check_lost_cursor(world: LedgerWorld) -> None:
    """A sweep whose cursor is not known any more begins again."""
    alarmed = Alarmed(world)
    await alarmed.place.run(put("A"))
    alarmed.place.clock.now += DAY
    await alarmed.alarm.ring()  # the secrets' copies
    alarmed.copies.fails = InvalidRequest("as the check wanted")
    assert alarmed.duty(SWEEP).cursor
    await alarmed.alarm.ring()

    due = alarmed.place.clock.now + FIRST_RETRY
    assert alarmed.duty(SWEEP) == Duty(SWEEP, due, cursor=None, failed=1)


@SUITE.check
async def check_whatever_fails(world: LedgerWorld) -> None:
    """An error that is not ours is raised after everything else was done."""
    alarmed = Alarmed(world)
    await alarmed.place.run(put("A"))

    async def fail(_: Name) -> None:
        raise RuntimeError("as the check wanted")

    alarmed.copies.before = fail
    start = alarmed.place.clock.now
    alarmed.place.clock.now += 2 * AUDIT_RETENTION
    await raises(RuntimeError, alarmed.alarm.ring())

    assert alarmed.duty(RETENTION).due > start + 2 * AUDIT_RETENTION
    assert len(alarmed.place.events()) == 1


@SUITE.check
async def check_unreadable_duty(world: LedgerWorld) -> None:
    """A duty whose row says nothing is done from its beginning."""
    alarmed = Alarmed(world)
    await alarmed.place.run(put("A"))
    alarmed.place.ledger.commit([Put(DUTIES.kind, RETENTION, "garbage", (5,))], {})
    await alarmed.alarm.ring()

    assert alarmed.duty(RETENTION).due == alarmed.place.clock.now + DAY
