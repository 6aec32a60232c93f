"""What SealedStore promises as a SecretStore, over every RecordStore and with every Cipher."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

from contracts.suite import Suite, raises
from contracts.worlds import KEYS, OTHER_PROJECT, Sealed, World
from positronic.errors import CorruptRecord, UnknownKey
from positronic.names import Name, Value, parse_value
from positronic.ports import Metadata, Record, SecretInfo

SUITE: Suite[World] = Suite("secrets")

NAME = Name("A")
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


async def put(sealed: Sealed, text: str, name: Name = NAME) -> SecretInfo:
    """Write as the Vault does: with what is there now."""
    current = (await sealed.store.get([name])).get(name)
    return await sealed.store.put(name, parse_value(text), current.info if current else None)


async def opened(sealed: Sealed, name: Name = NAME) -> Value:
    return await (await sealed.store.get([name]))[name].open()


async def stored(sealed: Sealed, name: Name = NAME) -> Record:
    return (await sealed.records.get([name]))[name]


async def refuses(sealed: Sealed, record: Record, why: str) -> None:
    """Put the record as it is; it must raise CorruptRecord, naming the secret."""
    await sealed.records.put(record)
    try:
        error = await raises(CorruptRecord, opened(sealed, record.name))
    except AssertionError:
        raise AssertionError(f"it opened: {why}") from None
    assert record.name in error.message, f"the error does not name the secret: {why}"


@SUITE.check
async def check_byte_for_byte(world: World) -> None:
    """Every value comes back with the same bytes."""
    sealed = Sealed(world)
    for what, text in VALUES.items():
        await put(sealed, text)
        value = await opened(sealed)

        assert value.reveal().encode() == text.encode(), f"changed: {what}"


@SUITE.check
async def check_nothing_in_clear(world: World) -> None:
    """The sealed text is one ASCII line that holds the value neither plain nor in base64."""
    sealed, text = Sealed(world), "canary-7f3a9c canary-7f3a9c canary-7f3a9c"
    await put(sealed, text)
    record = await stored(sealed)

    assert record.sealed.isascii(), "another backend could not carry it"
    assert record.sealed.isprintable(), "it is not one line"
    for shift in range(3):
        piece = b64encode(text.encode()[shift : shift + 18]).decode()
        assert piece not in record.sealed, "the value stands there in base64"
    assert "canary" not in str(record), "the value stands there"


@SUITE.check
async def check_fresh_every_time(world: World) -> None:
    """The same value sealed twice shares neither salt nor nonce nor ciphertext."""
    sealed, texts = Sealed(world), []
    for _ in range(2):
        await put(sealed, "the same")
        texts.append((await stored(sealed)).sealed.split(".")[2:])

    assert not set(texts[0]) & set(texts[1]), "randomness was used twice"


@SUITE.check
async def check_created_at_stays(world: World) -> None:
    """An update keeps created_at, moves updated_at, and counts the version up."""
    sealed = Sealed(world)
    start = sealed.clock.now
    first = await put(sealed, "one")
    sealed.clock.now = start + 5000
    second = await put(sealed, "two")

    assert first == SecretInfo(NAME, 1, start, start), "a new secret has other dates"
    assert second == SecretInfo(NAME, 2, start, start + 5000), "an update has other dates"
    assert (await sealed.store.get([NAME]))[NAME].info == second, "get says otherwise"
    assert (await sealed.store.list(None, 10)).items == [second], "list says otherwise"


@SUITE.check
async def check_clock_going_back(world: World) -> None:
    """A clock that went back does not date an update before what it replaces."""
    sealed = Sealed(world)
    first = await put(sealed, "one")
    sealed.clock.now -= 60_000
    second = await put(sealed, "two")

    assert second.updated_at >= first.updated_at, "an update is dated before what it replaces"
    assert (await opened(sealed)).reveal() == "two", "the update does not open"


@SUITE.check
async def check_missing_and_deleted(world: World) -> None:
    """What was never put, and what was deleted, is missing; deleting twice is fine."""
    sealed = Sealed(world)
    await put(sealed, "one")
    await sealed.store.delete(NAME)
    await sealed.store.delete(NAME)

    assert await sealed.store.get([NAME, Name("NEVER")]) == {}, "something is there"


@SUITE.check
async def check_again_after_delete(world: World) -> None:
    """A name that was deleted starts anew: version 1, created now."""
    sealed = Sealed(world)
    await put(sealed, "one")
    await sealed.store.delete(NAME)
    sealed.clock.now += 1000
    info = await put(sealed, "two")

    assert info == SecretInfo(NAME, 1, sealed.clock.now, sealed.clock.now), "the past came back"


@SUITE.check
async def check_other_name(world: World) -> None:
    """A record copied to another name raises CorruptRecord."""
    sealed = Sealed(world)
    await put(sealed, "one")

    await refuses(sealed, replace(await stored(sealed), name=Name("B")), "under another name")


@SUITE.check
async def check_other_project(world: World) -> None:
    """A record copied to another project raises CorruptRecord."""
    here, there = Sealed(world), Sealed(world, OTHER_PROJECT)
    await put(here, "one")

    await refuses(there, await stored(here), "in another project")


@SUITE.check
async def check_rolled_back(world: World) -> None:
    """An older sealed text under newer metadata, or the reverse, raises CorruptRecord."""
    sealed = Sealed(world)
    await put(sealed, "one")
    old = await stored(sealed)
    sealed.clock.now += 1000
    await put(sealed, "two")
    new = await stored(sealed)

    await refuses(sealed, Record(NAME, new.metadata, old.sealed), "old text, new metadata")
    await refuses(sealed, Record(NAME, old.metadata, new.sealed), "new text, old metadata")


@SUITE.check
async def check_other_metadata(world: World) -> None:
    """A change of version, of either date or of the key id raises CorruptRecord."""
    sealed = Sealed(world, keys=f"{KEYS} k2:{OTHER_KEY}")
    await put(sealed, "one")
    record = await stored(sealed)
    fields = record.metadata
    changed: dict[str, Metadata] = {
        "version": replace(fields, version=2),
        "created_at": replace(fields, created_at=fields.created_at - 1),
        "updated_at": replace(fields, updated_at=fields.updated_at + 1),
        "key_id": replace(fields, key_id="k2"),
    }

    for what, metadata in changed.items():
        await refuses(sealed, replace(record, metadata=metadata), f"another {what}")


@SUITE.check
async def check_changed_text(world: World) -> None:
    """A sealed text with any one field changed, cut, emptied or swapped raises CorruptRecord."""
    sealed = Sealed(world)
    await put(sealed, "one")
    record = await stored(sealed)
    fields = record.sealed.split(".")
    for place in range(5):
        flipped = ("B" if fields[place][0] != "B" else "C") + fields[place][1:]
        for field in (flipped, fields[place][:-1], fields[place] + "A", "", fields[place] + "="):
            text = ".".join([*fields[:place], field, *fields[place + 1 :]])
            await refuses(sealed, replace(record, sealed=text), f"field {place} changed")


@SUITE.check
async def check_garbage(world: World) -> None:
    """Text that was never a sealed text raises CorruptRecord."""
    sealed = Sealed(world)
    await put(sealed, "one")
    record = await stored(sealed)

    for text in ("garbage", "px1", "px1....", "px2" + record.sealed[3:], "é" * 90, "x" * 90_000):
        await refuses(sealed, replace(record, sealed=text), "garbage")


@SUITE.check
async def check_missing_key(world: World) -> None:
    """A keyring without the record's key raises UnknownKey, naming the id."""
    await put(Sealed(world), "one")
    error = await raises(UnknownKey, opened(Sealed(world, keys=f"k2:{OTHER_KEY}")))

    assert "k1" in error.message, "the missing key id is not named"


@SUITE.check
async def check_wrong_key(world: World) -> None:
    """Another key under the record's key id raises CorruptRecord."""
    await put(Sealed(world), "one")

    await raises(CorruptRecord, opened(Sealed(world, keys=f"k1:{OTHER_KEY}")))


@SUITE.check
async def check_rotation(world: World) -> None:
    """With a new key in front, old records open, and new ones are sealed under the new key."""
    await put(Sealed(world), "one")
    rotated = Sealed(world, keys=f"k2:{OTHER_KEY} {KEYS}")
    old = await opened(rotated)
    await put(rotated, "two")

    assert old.reveal() == "one", "the old record does not open"
    assert (await stored(rotated)).metadata.key_id == "k2", "the newest key did not seal"
    assert (await opened(rotated)).reveal() == "two", "the new record does not open"


@SUITE.check
async def check_list_opens_nothing(world: World) -> None:
    """A list is answered with no key for it, and with records that do not open."""
    sealed = Sealed(world)
    info = await put(sealed, "one")
    await sealed.records.put(replace(await stored(sealed), sealed="garbage"))
    page = await Sealed(world, keys=f"k2:{OTHER_KEY}").store.list(None, 10)

    assert page.items == [info], "the list is not what the metadata says"
