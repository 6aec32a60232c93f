"""What Sealer promises, with every Cipher."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import replace

from contracts.suite import Suite, raises
from contracts.worlds import KEYS, OTHER_PROJECT, PROJECT, KvWorld
from positronic.errors import CorruptRecord, UnknownKey
from positronic.names import Name, Project, parse_value
from positronic.ports import Metadata, Record
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer

SUITE: Suite[KvWorld] = Suite("sealer")

NAME = Name("A")
DATE = 1_795_500_000_000
OTHER_KEY = b64encode(b"another key, 32 bytes of it too.").decode()

VALUES = {
    "a PEM with CRLF": "-----BEGIN KEY-----\r\n"
    + "MIIEvQIBADANBg+/=\r\n" * 160
    + "-----END-----\r\n",
    "JSON": '{"a": [1, "two\\n", null], "b": "\\u00e9"}',
    "emoji": "🔑👩🏽‍🚀",
    "65,536 bytes": "x" * 65_536,
    "65,536 bytes of emoji": "🔑" * 16_384,
    "two final newlines": "value\n\n",
    "one carriage return": "\r",
    "a byte order mark": "\ufeffvalue",
    "line separators": "a\u2028b\u2029c\x85d\x1ce",
    "decomposed and composed": "e\u0301 \u00e9",
    "spaces alone": "  \t ",
    "null": "null",
    "the largest code point": "\U0010ffff",
}


def _sealer(world: KvWorld, project: Project = PROJECT, keys: str = KEYS) -> Sealer:
    return Sealer(project, world.cipher, Keyring(keys), os.urandom)


async def _sealed(
    world: KvWorld, text: str, *, version: int = 1, keys: str = KEYS, key_id: str = "k1"
) -> Record:
    metadata = Metadata(version, DATE, DATE + version, key_id)
    return await _sealer(world, keys=keys).seal(NAME, parse_value(text), metadata)


async def _refuses(sealer: Sealer, record: Record, why: str) -> None:
    """It must raise CorruptRecord, naming the secret."""
    try:
        error = await raises(CorruptRecord, sealer.open(record))
    except AssertionError:
        raise AssertionError(f"it opened: {why}") from None
    assert record.name in error.message, f"the error does not name the secret: {why}"


@SUITE.check
async def check_byte_for_byte(world: KvWorld) -> None:
    """Every value comes back with the same bytes."""
    for what, text in VALUES.items():
        value = await _sealer(world).open(await _sealed(world, text))

        assert value.reveal().encode() == text.encode(), f"changed: {what}"


@SUITE.check
async def check_nothing_in_clear(world: KvWorld) -> None:
    """The sealed text is one ASCII line that holds the value neither plain nor in base64."""
    text = "canary-7f3a9c canary-7f3a9c canary-7f3a9c"
    record = await _sealed(world, text)

    assert record.sealed.isascii(), "another backend could not carry it"
    assert record.sealed.isprintable(), "it is not one line"
    for shift in range(3):
        piece = b64encode(text.encode()[shift : shift + 18]).decode()
        assert piece not in record.sealed, "the value stands there in base64"
    assert "canary" not in str(record), "the value stands there"


@SUITE.check
async def check_fresh_every_time(world: KvWorld) -> None:
    """The same value sealed twice shares neither salt nor nonce nor ciphertext."""
    one, other = [(await _sealed(world, "the same")).sealed.split(".")[2:] for _ in range(2)]

    assert not set(one) & set(other), "randomness was used twice"


@SUITE.check
async def check_other_place(world: KvWorld) -> None:
    """A record copied to another name or to another project raises CorruptRecord."""
    record = await _sealed(world, "one")

    await _refuses(_sealer(world), replace(record, name=Name("B")), "under another name")
    await _refuses(_sealer(world, OTHER_PROJECT), record, "in another project")


@SUITE.check
async def check_rolled_back(world: KvWorld) -> None:
    """An older sealed text under newer metadata, or the reverse, raises CorruptRecord."""
    old, new = await _sealed(world, "one"), await _sealed(world, "two", version=2)

    mixed = Record(NAME, new.metadata, old.sealed)
    await _refuses(_sealer(world), mixed, "old text, new metadata")
    mixed = Record(NAME, old.metadata, new.sealed)
    await _refuses(_sealer(world), mixed, "new text, old metadata")


@SUITE.check
async def check_other_metadata(world: KvWorld) -> None:
    """A change of version, of either date or of the key id raises CorruptRecord."""
    sealer = _sealer(world, keys=f"{KEYS} k2:{OTHER_KEY}")
    record = await _sealed(world, "one")
    fields = record.metadata
    changed: dict[str, Metadata] = {
        "version": fields._replace(version=2),
        "created_at": fields._replace(created_at=fields.created_at - 1),
        "updated_at": fields._replace(updated_at=fields.updated_at + 1),
        "key_id": fields._replace(key_id="k2"),
    }

    for what, metadata in changed.items():
        await _refuses(sealer, replace(record, metadata=metadata), f"another {what}")


@SUITE.check
async def check_changed_text(world: KvWorld) -> None:
    """A sealed text with any one field changed, cut, emptied or swapped raises CorruptRecord."""
    record = await _sealed(world, "one")
    fields = record.sealed.split(".")
    for place in range(5):
        flipped = ("B" if fields[place][0] != "B" else "C") + fields[place][1:]
        for field in (flipped, fields[place][:-1], fields[place] + "A", "", fields[place] + "="):
            text = ".".join([*fields[:place], field, *fields[place + 1 :]])
            await _refuses(_sealer(world), replace(record, sealed=text), f"field {place} changed")


@SUITE.check
async def check_garbage(world: KvWorld) -> None:
    """Text that was never a sealed text raises CorruptRecord."""
    record = await _sealed(world, "one")

    for text in ("garbage", "px1", "px1....", "px2" + record.sealed[3:], "é" * 90, "x" * 90_000):
        await _refuses(_sealer(world), replace(record, sealed=text), "garbage")


@SUITE.check
async def check_keys(world: KvWorld) -> None:
    """A missing key raises UnknownKey and is named; another key under its id, CorruptRecord."""
    record = await _sealed(world, "one")
    error = await raises(UnknownKey, _sealer(world, keys=f"k2:{OTHER_KEY}").open(record))

    assert "k1" in error.message, "the missing key id is not named"
    await raises(CorruptRecord, _sealer(world, keys=f"k1:{OTHER_KEY}").open(record))


@SUITE.check
async def check_rotation(world: KvWorld) -> None:
    """With a new key in front, old records open, and new ones are sealed under the new key."""
    both = _sealer(world, keys=f"k2:{OTHER_KEY} {KEYS}")
    new = await _sealed(world, "two", keys=f"k2:{OTHER_KEY}", key_id="k2")

    assert both.newest == "k2", "another key than the newest seals"
    assert (await both.open(await _sealed(world, "one"))).reveal() == "one", "an old record"
    assert (await both.open(new)).reveal() == "two", "a new record"
