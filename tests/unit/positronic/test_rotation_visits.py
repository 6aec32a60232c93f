"""A rotation looks at each record once, whatever their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from contracts.commanding import Commanding, bulk, command
from contracts.ledger_world import LedgerWorld
from contracts.passing_ledger import PassingLedger
from contracts.worlds import KEYS
from positronic.ciphers.native import NativeCipher
from positronic.ledger.memory import MemoryLedger
from positronic.ledger.secret_rows import VERSIONS
from positronic.rows import BY_ID, Key, Kind, Position, Row
from support.running import run

NEWER = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="


class CountingLedger(PassingLedger):
    """Counts the rows that lists give, by kind, and how often rows are counted."""

    def __init__(self) -> None:
        super().__init__(MemoryLedger())
        self.listed: Counter[str] = Counter()
        self.counts = 0

    def note(self, call: str) -> None:
        self.counts += call == "count"

    def list(
        self,
        kind: Kind,
        index: str = BY_ID,
        after: Position | None = None,
        limit: int = 1000,
        *,
        low: Key | None = None,
        high: Key | None = None,
    ) -> Sequence[Row]:
        found = super().list(kind, index, after, limit, low=low, high=high)
        self.listed[kind.name] += len(found)
        return found


@dataclass(slots=True)
class Walked:
    listed: int
    counts: int
    resealed: int


def walk(number: int, broken: int) -> Walked:
    """A whole rotation of so many secrets, the first of which do not open."""
    ledger = CountingLedger()
    world = LedgerWorld(NativeCipher(), lambda: ledger)
    old = Commanding(world)
    for start in range(0, number, 500):
        run(old.run(bulk([f"N{one:05}" for one in range(start, min(number, start + 500))])))
    kept = [VERSIONS.read(row) for row in ledger.inner.list(VERSIONS.kind, limit=broken)]
    for record in kept:
        ledger.inner.commit([VERSIONS.put(replace(record, sealed="x"))], {})
    ledger.listed.clear()
    place, cursor, resealed = Commanding(world, old.clock, f"{NEWER},{KEYS}"), None, 0
    while True:
        step = run(place.run(command("keys.rotate", newest="k2", cursor=cursor)))
        resealed, cursor = resealed + step[0], step[3]
        if cursor is None:
            return Walked(ledger.listed["version"], ledger.counts, resealed)


@pytest.mark.parametrize("number", [120, 1_200])
def test_each_record_is_looked_at_once(number: int) -> None:
    """Ten times the records are ten times the rows, and no more counting; also if some fail."""
    walked = walk(number, broken=60)

    assert walked.listed == number
    assert walked.resealed == number - 60 + 1, "and the audit key"
    assert walked.counts == walk(60, broken=60).counts
