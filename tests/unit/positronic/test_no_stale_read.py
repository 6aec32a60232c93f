"""What a run reads is what was written last, however old the copies are."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping

from contracts.commanding import ROOT, Commanding, command, put
from contracts.copies import Elsewhere
from contracts.ledger_world import memory_ledger
from contracts.worlds import KEYS, PROJECT
from positronic.audit.events import Origin
from positronic.ciphers.native import NativeCipher
from positronic.commands.asked_copies import LedgerCopies
from positronic.commands.asked_secrets import LedgerSecrets
from positronic.commands.asking import Asking
from positronic.copies.compare import LAG, LAGGING, OLDER
from positronic.copies.drain import Drain
from positronic.copies.memory import MemoryCopies
from positronic.names import Name
from positronic.ports import Page, Record, RecordInfo, Unreadable
from positronic.roles import Principal, Role
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from support.running import run

ROUNDS = 1000
NAME = Name("A")


class Frozen(Elsewhere):
    """Takes what is written, and goes on showing what was there when `freeze` was called."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = MemoryCopies()

    def freeze(self) -> None:
        self.shown.records = dict(self.records)

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record | Unreadable]:
        return await self.shown.get(names)

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
        return await self.shown.list(cursor, limit)


def _ask(place: Commanding) -> Asking:
    reader = Principal("run", "run", Role.READER, PROJECT, kind="brain")
    origin = Origin("request", None)
    return Asking(PROJECT, reader, Role.READER, origin, Keyring(KEYS), os.urandom, place.run)


def _secrets(place: Commanding, copies: Frozen) -> LedgerSecrets:
    """A run's, which may read the copies."""
    sealer = Sealer(PROJECT, NativeCipher(), Keyring(KEYS), os.urandom)
    return LedgerSecrets(_ask(place), sealer, copies)


async def _compare(place: Commanding, copies: Frozen) -> set[str]:
    """What the sweep makes of all copies."""
    found: set[str] = set()
    cursor: str | None = None
    while True:
        page = await LedgerCopies(_ask(place), copies).page(cursor, 100)
        found |= set(page.differing.values())
        cursor = page.cursor
        if cursor is None:
            return found


def test_a_read_never_gets_an_older_value() -> None:
    """Put, read, delete, read, a thousand times, while KV shows what it had before: that is lag,
    and costs one copy for all of these changes."""
    place, copies = Commanding(memory_ledger(NativeCipher())), Frozen()
    secrets = _secrets(place, copies)

    async def alternate() -> None:
        await place.run(put(NAME, "first"))
        await Drain(place.ledger, copies, place.clock).step()
        copies.freeze()
        for number in range(ROUNDS):
            place.clock.now += 60_000
            await place.run(put(NAME, f"value {number}"))
            found = await secrets.get([NAME])
            assert (await found[NAME].open()).reveal() == f"value {number}"
            await place.run(command("secret.delete", ROOT, name=NAME))
            assert await secrets.get([NAME]) == {}
            if number % 10 == 0:
                assert (await secrets.names(None, 9)).items == []
                assert await _compare(place, copies) == {LAGGING}
        await place.run(put(NAME, "last"))

    run(alternate())
    assert copies.calls == [NAME], "it was copied meanwhile"
    run(Drain(place.ledger, copies, place.clock).step())
    place.clock.now += LAG - 1
    assert run(_compare(place, copies)) == {LAGGING}
    assert copies.calls == [NAME, NAME], "more than one copy for all of them"
    assert "copies.repair" not in place.actions(), "lag was reported as tampering"


def test_a_copy_that_stays_old_is_repaired_once() -> None:
    """After ten minutes it is no lag: one more copy, and one report an hour."""
    place, copies = Commanding(memory_ledger(NativeCipher())), Frozen()

    async def look_again_and_again() -> None:
        await place.run(put(NAME, "first"))
        await Drain(place.ledger, copies, place.clock).step()
        copies.freeze()
        await place.run(put(NAME, "second"))
        await Drain(place.ledger, copies, place.clock).step()
        place.clock.now += LAG
        for _ in range(ROUNDS):
            assert await _compare(place, copies) <= {OLDER, LAGGING}
        await Drain(place.ledger, copies, place.clock).step()

    run(look_again_and_again())

    assert copies.calls == [NAME] * 3
    assert place.actions().count("copies.repair") == 1
