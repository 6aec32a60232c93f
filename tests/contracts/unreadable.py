"""What every store promises of entries that nobody of ours wrote: they stop no list, and can go."""

from __future__ import annotations

import json
from collections.abc import Sequence

from contracts.records import METADATA, record
from contracts.suite import Suite, raises
from contracts.token_store import token
from contracts.worlds import PROJECT, Sealed, World
from positronic.access.authentication import readable
from positronic.errors import CorruptRecord
from positronic.names import Name
from positronic.ports import Record, SecretInfo, TokenRecord, Unreadable
from positronic.stores import stored

SUITE: Suite[World] = Suite("unreadable")

BAD_NAMES: Sequence[str] = (
    *(
        "",
        " ",
        ".",
        "..",
        "-",
        "a b",
        "1A",
        "A/B",
        "../../b/secret/A",
        "%2e",
        "\u00e9",
        "\U0001f511",
    ),
    *("\0", "\n", "\x1b[31m", "\u202e", "POSITRONIC_X", "N" * 129, "N" * 503, "?", "#", "bulk/"),
)
BAD_METADATA: Sequence[object] = (
    *(
        "text",
        5,
        [1],
        {},
        None,
        {"version": -5},
        {"version": 0},
        {"version": 1.5},
        {"version": "1"},
    ),
    *({"version": True}, {"createdAt": -1}, {"createdAt": 10**15}),
    *({"updatedAt": 1e20}, {"updatedAt": None}, {"keyId": 7}, {"keyId": ""}, {"keyId": "no space"}),
)
BAD_TOKENS: Sequence[object] = (
    *("garbage", [], {}, 7, {"name": "px_x"}, {"role": "root"}, {"role": None}, {"hash": "ab"}),
    *({"mac": 7}, {"keyId": "k" * 33}, {"createdAt": 0}, {"createdAt": 10**15}, {"expiresAt": -1}),
)


async def _names(sealed: Sealed) -> list[tuple[str, bool]]:
    """Each name of the list, in pages of one, and whether it can be read."""
    found: list[tuple[str, bool]] = []
    cursor = None
    for _ in range(100):
        page = await sealed.store.list(cursor, 1)
        for item in page.items:
            is_readable = isinstance(item, SecretInfo)
            found.append((item.name if isinstance(item, SecretInfo) else item.id, is_readable))
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the list does not end")


async def _planted(world: World, kind: str, id_: str, text: str, metadata: object) -> bool:
    return await world.plant(PROJECT, kind, id_, text, metadata)


@SUITE.check
async def check_names(world: World) -> None:
    """An entry under a name that no secret has is listed as unreadable, among the others, in pages
    of one; it is read and deleted under that name."""
    sealed = Sealed(world)
    for name in ("A", "b"):
        await sealed.records.put(record(name))
    for name in BAD_NAMES:
        await sealed.records.put(Record(Name(name), METADATA, "text"))
    found = await _names(sealed)
    by_name, unreadable = await sealed.store.key_ids()

    assert sorted(found) == sorted([("A", True), ("b", True), *((one, False) for one in BAD_NAMES)])
    assert (set(by_name), sorted(unreadable)) == ({"A", "b"}, sorted(BAD_NAMES)), "in key_ids"
    for name in BAD_NAMES:
        assert Name(name) in await sealed.records.get([Name(name)]), f"{name[:9]!r}: not found"
        await sealed.records.delete(Name(name))
        assert (name, False) not in await _names(sealed), f"{name[:9]!r}: it cannot be deleted"
    assert await _names(sealed) == [("A", True), ("b", True)], "another one was deleted"


@SUITE.check
async def check_metadata(world: World) -> None:
    """Metadata that was never written is unreadable in a list and CorruptRecord in get, whatever
    it is; the others are listed, and the entry can be deleted."""
    sealed = Sealed(world)
    for name in ("A", "C"):
        await sealed.records.put(record(name))
    good = stored.metadata_fields(METADATA)
    for bad in BAD_METADATA:
        changed = good | bad if isinstance(bad, dict) and bad else bad
        if not await _planted(world, "secret", "B", "text", changed):
            return  # it keeps what it was given, and nobody can change that
        assert await _names(sealed) == [("A", True), ("B", False), ("C", True)], f"{bad!r}"
        await raises(CorruptRecord, sealed.records.get([Name("B")]))
        await sealed.records.delete(Name("B"))
        assert await _names(sealed) == [("A", True), ("C", True)], f"{bad!r}: it is still there"


@SUITE.check
async def check_tokens(world: World) -> None:
    """The same for a token's record, and for an id that no token has."""
    store, good = world.tokens(PROJECT), token(2)
    for each in (token(1), token(3)):
        await store.put(each)
    fields = json.loads(stored.encode_token(good))
    for bad in BAD_TOKENS:
        changed = fields | bad if isinstance(bad, dict) and bad else bad
        text = changed if isinstance(changed, str) else json.dumps(changed)
        if not await _planted(world, "token", good.id, text, None):
            return
        page = await store.list(None, 9)
        assert [*page.items] == [token(1), Unreadable(good.id), token(3)], f"{bad!r}"
        await raises(CorruptRecord, store.get(good.id))
        await store.delete(good.id)
        assert [*(await store.list(None, 9)).items] == [token(1), token(3)], f"{bad!r}: still there"


@SUITE.check
async def check_token_ids(world: World) -> None:
    """An entry under an id that no token has is unreadable, and deleted by it."""
    store = world.tokens(PROJECT)
    for name in BAD_NAMES:
        kept = token(1)
        moved = TokenRecord(
            *(name, kept.name, kept.role, kept.hash, kept.created_at, None, kept.signature)
        )
        await store.put(moved)
        (item,) = (await store.list(None, 9)).items

        assert readable(item) == Unreadable(name), f"{name[:9]!r}"
        await store.delete(name)
        assert [*(await store.list(None, 9)).items] == [], f"{name[:9]!r}: still there"
