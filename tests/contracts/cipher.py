"""What every Cipher promises."""

from __future__ import annotations

from contracts.suite import Suite, raises
from contracts.worlds import KvWorld
from positronic.ports import InvalidTag

SUITE: Suite[KvWorld] = Suite("cipher")

KEY = bytes(range(32))
NONCE = bytes(range(12))
AAD = b"project and name"
TEXT = b"what is sealed"


def _flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


async def _sealed(world: KvWorld, key: bytes, nonce: bytes, text: bytes, aad: bytes) -> bytes:
    [sealed] = await world.cipher.seal_many([(key, nonce, text, aad)])
    return sealed


@SUITE.check
async def check_round_trip(world: KvWorld) -> None:
    """What was sealed opens to the same bytes, and the sealed bytes are 16 longer."""
    sealed = await _sealed(world, KEY, NONCE, TEXT, AAD)
    opened = await world.cipher.open(KEY, NONCE, sealed, AAD)

    assert opened == TEXT, "other bytes came back"
    assert len(sealed) == len(TEXT) + 16, "the tag is not 16 bytes"


@SUITE.check
async def check_known_answer(world: KvWorld) -> None:
    """Test case 14 of the GCM specification (McGrew and Viega) comes out to the byte."""
    sealed = await _sealed(world, bytes(32), bytes(12), bytes(16), b"")

    expected = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    assert sealed.hex() == expected, "this is not AES-256-GCM with a 128-bit tag"


@SUITE.check
async def check_empty_aad(world: KvWorld) -> None:
    """Empty associated data is sealed and opened, and is not the same as other data."""
    sealed = await _sealed(world, KEY, NONCE, TEXT, b"")
    opened = await world.cipher.open(KEY, NONCE, sealed, b"")

    assert opened == TEXT, "other bytes came back"
    await raises(InvalidTag, world.cipher.open(KEY, NONCE, sealed, AAD))


@SUITE.check
async def check_sizes(world: KvWorld) -> None:
    """One byte and 65,536 bytes, of every byte value, come back whole."""
    for text in (b"\x00", bytes(range(256)) * 256):
        sealed = await _sealed(world, KEY, NONCE, text, AAD)
        opened = await world.cipher.open(KEY, NONCE, sealed, AAD)

        assert opened == text, f"{len(text)} bytes came back changed"


@SUITE.check
async def check_wrong_key(world: KvWorld) -> None:
    """Another key raises InvalidTag."""
    sealed = await _sealed(world, KEY, NONCE, TEXT, AAD)

    await raises(InvalidTag, world.cipher.open(_flipped(KEY, 31), NONCE, sealed, AAD))


@SUITE.check
async def check_wrong_nonce(world: KvWorld) -> None:
    """Another nonce raises InvalidTag."""
    sealed = await _sealed(world, KEY, NONCE, TEXT, AAD)

    await raises(InvalidTag, world.cipher.open(KEY, _flipped(NONCE, 0), sealed, AAD))


@SUITE.check
async def check_wrong_aad(world: KvWorld) -> None:
    """Other associated data, longer, shorter or changed, raises InvalidTag."""
    sealed = await _sealed(world, KEY, NONCE, TEXT, AAD)

    for aad in (_flipped(AAD, 3), AAD + b"\x00", AAD[:-1], b""):
        await raises(InvalidTag, world.cipher.open(KEY, NONCE, sealed, aad))


@SUITE.check
async def check_changed_byte(world: KvWorld) -> None:
    """A change in any byte of ciphertext or tag raises InvalidTag."""
    sealed = await _sealed(world, KEY, NONCE, TEXT, AAD)

    for place in range(len(sealed)):
        await raises(InvalidTag, world.cipher.open(KEY, NONCE, _flipped(sealed, place), AAD))


@SUITE.check
async def check_truncated(world: KvWorld) -> None:
    """Sealed bytes that were cut, down to none, raise InvalidTag."""
    sealed = await _sealed(world, KEY, NONCE, TEXT, AAD)

    for length in range(len(sealed)):
        await raises(InvalidTag, world.cipher.open(KEY, NONCE, sealed[:length], AAD))


@SUITE.check
async def check_extended(world: KvWorld) -> None:
    """Sealed bytes with something behind them raise InvalidTag."""
    sealed = await _sealed(world, KEY, NONCE, TEXT, AAD)

    await raises(InvalidTag, world.cipher.open(KEY, NONCE, sealed + b"\x00", AAD))


@SUITE.check
async def check_many(world: KvWorld) -> None:
    """Many texts at once are sealed as each alone is, in their order; none is fine."""
    texts = [(KEY, NONCE, text, aad) for text in (b"\x00", TEXT, TEXT * 99) for aad in (b"", AAD)]
    sealed = await world.cipher.seal_many(texts)

    assert sealed == [await _sealed(world, *text) for text in texts], "one differs"
    assert len(await world.cipher.seal_many([])) == 0, "nothing became something"
