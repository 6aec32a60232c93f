"""What is promised of whoever keeps the values, and of commands over a store of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from contracts.commanding import ROOT, Commanding, bulk, command, put
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.worlds import PROJECT
from positronic.audit.events import Origin
from positronic.commands.asked_secrets import LedgerSecrets
from positronic.commands.asking import Asking
from positronic.commands.command import Command
from positronic.errors import CorruptRecord, StoreFailed
from positronic.ledger import unnamed_values
from positronic.ledger.secret_rows import VERSIONS
from positronic.ledger.unnamed_values import IN_FLIGHT
from positronic.names import MAX_VALUE, Name, parse_value
from positronic.ports import Metadata, Record, Values
from positronic.roles import Role
from positronic.rows import Put
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import ReadDenied

SUITE: Suite[LedgerWorld] = Suite("values")

NAME = Name("A")
CANARY = "canary-7f3a9c canary-7f3a9c"
NEWER = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

Keeper = Callable[[Commanding], Values]


def _in_the_ledger(place: Commanding) -> Values:
    return place.sealer


def _elsewhere(place: Commanding) -> Values:
    return place.world.keep(place.clock)


def _reading(place: Commanding, values: Values) -> LedgerSecrets:
    """As a brain reads."""
    keyring, origin = Keyring(place.keys), Origin("", None)
    ask = Asking(PROJECT, ROOT, Role.READER, origin, keyring, os.urandom, place.run)
    return LedgerSecrets(ask, values, None)


KEEPERS: dict[str, Keeper] = {"the ledger": _in_the_ledger, "elsewhere": _elsewhere}


async def _sealed(values: Values, text: str, version: int = 1) -> Record:
    metadata = Metadata(version, 5, 6, values.newest)
    return (await values.seal_many([(NAME, parse_value(text), metadata)]))[0]


@SUITE.check
async def check_byte_for_byte(world: LedgerWorld) -> None:
    """Every value comes back with the same bytes, and none stands in a record in clear."""
    for who, keeper in KEEPERS.items():
        values = keeper(Commanding(world))
        for text in (
            CANARY,
            "a\r\nb\n\n",
            "🔑👩🏽‍🚀",
            "x" * getattr(values, "max_bytes", MAX_VALUE),
            "\ufeffv",
            "  ",
            "e\u0301 \u00e9",
        ):
            record = await _sealed(values, text)
            assert (await values.open(record)).reveal().encode() == text.encode(), who
            assert text not in str(record), f"{who}: in clear"


@SUITE.check
async def check_another_record(world: LedgerWorld) -> None:
    """A text under another name, version, date or key, or that was never given, does not open."""
    for who, keeper in KEEPERS.items():
        values = keeper(Commanding(world))
        record, other = await _sealed(values, "one"), await _sealed(values, "two", 2)
        fields = record.metadata
        changed = [
            replace(record, name=Name("B")),
            *(replace(record, sealed=text) for text in (other.sealed, "", "0" * 32, "px1....")),
            *(
                replace(record, metadata=metadata)
                for metadata in (
                    fields._replace(version=2),
                    fields._replace(created_at=4),
                    fields._replace(updated_at=7),
                    fields._replace(key_id="another"),
                )
            ),
        ]
        for one in changed:
            error = await raises(CorruptRecord, values.open(one))
            assert one.name in error.message, f"{who}: the error does not name the secret"


@SUITE.check
async def check_commands(world: LedgerWorld) -> None:
    """Put, bulk, read, exists and delete are the same over a store of its own, and no value of it
    comes into the ledger."""
    place = Commanding(world)
    place.elsewhere = place.world.keep(place.clock)
    await place.run(put("A", CANARY), bulk(["B", "C"], CANARY), put("B", "newer"))
    await place.run(command("secret.delete", name="C"))
    [read] = await place.run(command("brain.read", names=["A", "NONE"]))

    assert await place.values() == {"A": CANARY, "B": "newer"}
    assert await place.run(command("secret.exists", name="A")) is True
    assert await place.run(command("secret.exists", name="C")) is False
    assert read[:2] == ["A", 1]
    assert read[5] in place.elsewhere.ids, "not what it is kept under"
    assert "canary" not in str(place.rows()), "a value in the ledger"


@SUITE.check
async def check_lost_elsewhere(world: LedgerWorld) -> None:
    """A value that is kept no more is corrupt, never absent; its name can be written anew."""
    place = Commanding(world)
    place.elsewhere = kept = place.world.keep(place.clock)
    await place.run(put("A"))
    kept.lose()

    await raises(CorruptRecord, place.run(command("secret.exists", name="A")))
    await place.run(put("A", "again"))
    assert await place.values() == {"A": "again"}


@SUITE.check
async def check_denied_elsewhere(world: LedgerWorld) -> None:
    """What may be written and not read is stored, and nobody says that it opens or is not there."""
    place = Commanding(world)
    place.elsewhere = kept = place.world.keep(place.clock)
    await place.run(put("A"))
    kept.deny()
    await place.run(put("A", "newer"), put("B"))

    assert await place.run(command("secret.exists", name="A")) is None
    assert await place.run(command("secret.exists", name="B")) is None
    assert await place.run(command("secret.exists", name="C")) is False
    await raises(ReadDenied, _reading(place, kept).exists(NAME))


@SUITE.check
async def check_the_commit_decides(world: LedgerWorld) -> None:
    """Whichever statement fails, the ledger is as before; what was kept for it is swept."""
    place = Commanding(world)
    place.elsewhere = kept = place.world.keep(place.clock)
    await place.run(put("A", "one"), bulk(["B", "C"], "one"))
    before, named, spare, change = place.rows(), set(kept.ids), 0, bulk(["A", "D"], "two")
    while not await _is_made(place, change, spare):
        spare += 1
        assert place.rows() == before, f"statement {spare} left something"
    assert len(kept.ids) > len(named) + 2, "nothing was kept for what failed"

    await unnamed_values.sweep(world.open(), kept, place.clock.now)
    assert len(kept.ids) > len(named) + 2, "swept while it may be under way"
    place.clock.now += IN_FLIGHT + 1
    await unnamed_values.sweep(world.open(), kept, place.clock.now)
    assert await place.values() == {"A": "two", "B": "one", "C": "one", "D": "two"}
    assert len(kept.ids) == 5, "what no commit names"


async def _is_made(place: Commanding, change: Command, spare: int) -> bool:
    try:
        await place.place(place.world.failing(spare)).run(change)
    except StoreFailed:
        return False
    return True


@SUITE.check
async def check_a_store_that_fails(world: LedgerWorld) -> None:
    """When a value cannot be kept, nothing is changed and there is no event."""
    place = Commanding(world)
    place.elsewhere = kept = place.world.keep(place.clock)
    await place.run(put("A", "one"))
    before, kept.is_failing = place.rows(), True
    for change in (put("A", "two"), bulk(["A", "B"], "two")):
        await raises(StoreFailed, place.run(change))

    assert place.rows() == before


@SUITE.check
async def check_nothing_is_swept_in_doubt(world: LedgerWorld) -> None:
    """While a record cannot be read, it may name any value: all of them stay."""
    place = Commanding(world)
    place.elsewhere = kept = place.world.keep(place.clock)
    await place.run(put("A"), put("B"))
    row = place.rows()["version"][0]
    place.ledger.commit([Put(VERSIONS.kind, row.id, "{}", row.keys)], {})
    place.clock.now += IN_FLIGHT + 1

    await raises(CorruptRecord, unnamed_values.sweep(world.open(), kept, place.clock.now))
    assert len(kept.ids) == 2


@SUITE.check
async def check_rotation(world: LedgerWorld) -> None:
    """Values that are kept elsewhere are under no master key: only the audit key is rotated."""
    place = Commanding(world)
    place.elsewhere = place.world.keep(place.clock)
    await place.run(bulk(["A", "B"], "one"))
    place.keys = f"{NEWER},{place.keys}"
    before = place.rows()["version"]
    census, at_provider = await place.run(command("keys.census", newest="k2"))
    resealed, remaining, failed, cursor = await place.run(command("keys.rotate", newest="k2"))

    assert [use[:3] for use in census] == [["k1", 0, 0], ["k2", 0, 0]]
    assert at_provider == 2
    assert (resealed, remaining, failed, cursor) == (1, 0, [], None)
    assert place.rows()["version"] == before
