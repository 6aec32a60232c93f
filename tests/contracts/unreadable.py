"""What is promised of entries of KV that nobody of ours wrote: they stop no list, and can go."""

from __future__ import annotations

import json
from collections.abc import Sequence

from contracts.records import METADATA, record
from contracts.suite import Suite, raises
from contracts.token_store import token
from contracts.worlds import PROJECT, KvWorld
from positronic.access.authentication import readable
from positronic.errors import CorruptRecord
from positronic.names import Name
from positronic.ports import Record, RecordInfo, TokenRecord, Unreadable
from positronic.stores import stored
from positronic.stores.kv import KvRecords

SUITE: Suite[KvWorld] = Suite("unreadable")

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


async def _names(store: KvRecords) -> list[tuple[str, bool]]:
    """Each name of the list, in pages of one, and whether its metadata can be read."""
    found: list[tuple[str, bool]] = []
    cursor = None
    for _ in range(100):
        page = await store.list(cursor, 1)
        for item in page.items:
            is_readable = isinstance(item, RecordInfo)
            found.append((item.name if isinstance(item, RecordInfo) else item.id, is_readable))
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the list does not end")


@SUITE.check
async def check_names(world: KvWorld) -> None:
    """An entry under a name that no secret has is listed among the others, in pages of one; it is
    read and deleted under that name."""
    store = world.records(PROJECT)
    for name in ("A", "b"):
        await store.put(record(name))
    for name in BAD_NAMES:
        await store.put(Record(Name(name), METADATA, "text"))
    found = await _names(store)

    assert sorted(found) == sorted((one, True) for one in ("A", "b", *BAD_NAMES))
    for name in BAD_NAMES:
        assert Name(name) in await store.get([Name(name)]), f"{name[:9]!r}: not found"
        await store.delete(Name(name))
        assert (name, True) not in await _names(store), f"{name[:9]!r}: it cannot be deleted"
    assert await _names(store) == [("A", True), ("b", True)], "another one was deleted"


@SUITE.check
async def check_metadata(world: KvWorld) -> None:
    """Metadata that was never written is unreadable in a list and CorruptRecord in get, whatever
    it is; the others are listed, and the entry can be deleted."""
    store = world.records(PROJECT)
    for name in ("A", "C"):
        await store.put(record(name))
    good = stored.metadata_fields(METADATA)
    for bad in BAD_METADATA:
        changed = good | bad if isinstance(bad, dict) and bad else bad
        await world.plant(PROJECT, "secret", "B", "text", changed)
        assert await _names(store) == [("A", True), ("B", False), ("C", True)], f"{bad!r}"
        await raises(CorruptRecord, store.get([Name("B")]))
        await store.delete(Name("B"))
        assert await _names(store) == [("A", True), ("C", True)], f"{bad!r}: it is still there"


@SUITE.check
async def check_tokens(world: KvWorld) -> None:
    """The same for a token's record, and for an id that no token has."""
    store, good = world.tokens(PROJECT), token(2)
    for each in (token(1), token(3)):
        await store.put(each)
    fields = json.loads(stored.encode_token(good))
    for bad in BAD_TOKENS:
        changed = fields | bad if isinstance(bad, dict) and bad else bad
        text = changed if isinstance(changed, str) else json.dumps(changed)
        await world.plant(PROJECT, "token", good.id, text, None)
        page = await store.list(None, 9)
        assert [*page.items] == [token(1), Unreadable(good.id), token(3)], f"{bad!r}"
        await raises(CorruptRecord, store.get(good.id))
        await store.delete(good.id)
        assert [*(await store.list(None, 9)).items] == [token(1), token(3)], f"{bad!r}: still there"


@SUITE.check
async def check_token_ids(world: KvWorld) -> None:
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
