"""What is promised of entries of KV that nobody of ours wrote: they stop no list, and can go."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.records import METADATA, record
from contracts.suite import Suite
from contracts.worlds import PROJECT, KvWorld
from positronic.copies.workers_kv import KvCopies
from positronic.ledger.secret_rows import metadata_fields
from positronic.names import Name
from positronic.ports import Record, RecordInfo, Unreadable

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


async def _names(store: KvCopies) -> list[tuple[str, bool]]:
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
    store = world.copies(PROJECT)
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
    """Metadata that was never written is unreadable in a list and in get, whatever
    it is; the others are listed, and the entry can be deleted."""
    store = world.copies(PROJECT)
    for name in ("A", "C"):
        await store.put(record(name))
    good = metadata_fields(METADATA)
    for bad in BAD_METADATA:
        changed = good | bad if isinstance(bad, dict) and bad else bad
        await world.plant(PROJECT, "B", "text", changed)
        assert await _names(store) == [("A", True), ("B", False), ("C", True)], f"{bad!r}"
        assert await store.get([Name("B")]) == {Name("B"): Unreadable("B")}, f"{bad!r}"
        await store.delete(Name("B"))
        assert await _names(store) == [("A", True), ("C", True)], f"{bad!r}: it is still there"
