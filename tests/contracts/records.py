"""What is promised of copies, wherever they are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from contracts.suite import Suite, settled
from contracts.worlds import OTHER_PROJECT, PROJECT, CopiesWorld
from positronic.names import Name, parse_name
from positronic.ports import Copies, Metadata, Page, Record, RecordInfo, Unreadable

SUITE: Suite[CopiesWorld] = Suite("records")

LATE = 253_402_300_799_999  # the last millisecond of the year 9999
METADATA = Metadata(
    version=1, created_at=1_795_500_000_123, updated_at=1_795_500_000_456, key_id="k"
)
# In code points: capitals, underscore, small letters; a name before those that begin with it.
ORDERED = [parse_name(name) for name in ("A", "AA", "A_", "B", "Z9", "_", "_1", "a", "aB", "b")]


def record(name: str, sealed: str = "text", metadata: Metadata = METADATA) -> Record:
    return Record(parse_name(name), metadata, sealed)


async def put_all(store: Copies, names: Iterable[str]) -> None:
    await asyncio.gather(*(store.put(record(name)) for name in names))


def names(page: Page[RecordInfo | Unreadable]) -> list[Name]:
    return [item.name for item in page.items if isinstance(item, RecordInfo)]


async def pages(store: Copies, limit: int) -> list[list[Name]]:
    """Every page from the first to the one without a cursor; 100 at most."""
    found, cursor = [], None
    for _ in range(100):
        page = await store.list(cursor, limit)
        found.append(names(page))
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the list does not end")


@SUITE.check
async def check_get_back(world: CopiesWorld) -> None:
    """A record that was put comes back equal in every field."""
    store, stored = world.copies(PROJECT), record("A", "px1.some.text")
    await store.put(stored)

    assert await store.get([stored.name]) == {stored.name: stored}, "another record came back"


@SUITE.check
async def check_get_several(world: CopiesWorld) -> None:
    """One get answers several names, each under its own."""
    store = world.copies(PROJECT)
    for name in ORDERED:
        await store.put(record(name, f"text of {name}"))

    found = await store.get(ORDERED)

    expected = {name: record(name, f"text of {name}") for name in ORDERED}
    assert found == expected, "a name got another's text"


@SUITE.check
async def check_get_more_than_a_hundred(world: CopiesWorld) -> None:
    """250 names in one get are all answered."""
    store = world.copies(PROJECT)
    names = [parse_name(f"N{number:03}") for number in range(250)]
    await put_all(store, names)

    assert set(await store.get(names)) == set(names), "a name got lost between batches"


@SUITE.check
async def check_missing_is_missing(world: CopiesWorld) -> None:
    """A name without a record is missing from the answer; no names at all are answered by none."""
    store = world.copies(PROJECT)
    await store.put(record("A"))

    assert set(await store.get([Name("A"), Name("B")])) == {"A"}, "an absent name was answered"
    assert await store.get([]) == {}, "no names were asked for"


@SUITE.check
async def check_put_overwrites(world: CopiesWorld) -> None:
    """A second put under a name replaces text and metadata, and leaves one record."""
    store = world.copies(PROJECT)
    newer = record("A", "second", Metadata(2, 1, 2, "other"))
    await store.put(record("A", "first"))
    await store.put(newer)

    assert await store.get([newer.name]) == {newer.name: newer}, "part of the first one stayed"
    assert await pages(store, 10) == [["A"]], "the name stands twice"


@SUITE.check
async def check_metadata_exact(world: CopiesWorld) -> None:
    """Metadata comes back exactly, from get and from list, at the edges of its fields too."""
    store = world.copies(PROJECT)
    edges = [Metadata(1, 1, 1, "k"), Metadata(2**53 - 2, LATE, LATE, "Az09_-" * 5 + "zz")]
    for metadata in edges:
        await store.put(record("A", metadata=metadata))
        page = await store.list(None, 1)

        assert page.items == [RecordInfo(Name("A"), metadata)], "list changed the metadata"
        found = await store.get([Name("A")])
        assert found == {Name("A"): record("A", metadata=metadata)}, "get changed it"


@SUITE.check
async def check_longest_name(world: CopiesWorld) -> None:
    """A name of 128 characters in a project of 63 is stored and listed."""
    store = world.copies(type(PROJECT)("p" * 63))
    name = parse_name("N" * 128)
    await store.put(record(name))

    assert await pages(store, 10) == [[name]], "the longest name was not listed"


@SUITE.check
async def check_largest_text(world: CopiesWorld) -> None:
    """The sealed text of a 65,536-byte value comes back identical."""
    store, text = world.copies(PROJECT), "px1.k." + "aZ0-_" * 17_490
    await store.put(record("A", text))

    assert await store.get([Name("A")]) == {Name("A"): record("A", text)}, "the text was changed"


@SUITE.check
async def check_delete(world: CopiesWorld) -> None:
    """A deleted record is gone from get and list, and its neighbours stay."""
    store = world.copies(PROJECT)
    await put_all(store, ["A", "AA", "B"])
    await store.delete(Name("A"))

    assert set(await store.get([Name("A"), Name("AA"), Name("B")])) == {"AA", "B"}, "wrong one gone"
    assert await pages(store, 10) == [["AA", "B"]], "the list disagrees with get"


@SUITE.check
async def check_delete_is_idempotent(world: CopiesWorld) -> None:
    """Deleting what is not there, or no longer there, raises nothing."""
    store = world.copies(PROJECT)
    await store.put(record("A"))
    for name in ("A", "A", "NEVER"):
        await store.delete(Name(name))

    assert await pages(store, 10) == [[]], "something was left or made"


@SUITE.check
async def check_list_empty(world: CopiesWorld) -> None:
    """An empty project lists as one empty page without a cursor."""
    page = await world.copies(PROJECT).list(None, 1000)

    assert page.items == [], "something is in an empty store"
    assert page.cursor is None, "a cursor leads nowhere"


@SUITE.check
async def check_list_order(world: CopiesWorld) -> None:
    """Names come in code-point order, whatever order they were put in."""
    store = world.copies(PROJECT)
    for name in ORDERED[::2] + ORDERED[1::2][::-1]:
        await store.put(record(name))

    assert await pages(store, 1000) == [ORDERED], "another order than code points"


@SUITE.check
async def check_paging(world: CopiesWorld) -> None:
    """Pages of any size hold every name once, in order, none more than the limit."""
    store = world.copies(PROJECT)
    await put_all(store, ORDERED)
    for limit in (1, 3, len(ORDERED) - 1, len(ORDERED), 1000):
        found = await pages(store, limit)

        assert [name for page in found for name in page] == ORDERED, f"limit {limit}: not whole"
        assert max(map(len, found)) <= limit, f"limit {limit}: a page is larger"


@SUITE.check
async def check_last_page_has_no_cursor(world: CopiesWorld) -> None:
    """A page that ends exactly with the last name carries no cursor."""
    store = world.copies(PROJECT)
    await put_all(store, ["A", "B"])
    page = await store.list(None, 2)

    assert page.cursor is None, "there is nothing after the last name"


@SUITE.check
async def check_cursor_outlives_its_name(world: CopiesWorld) -> None:
    """A cursor still leads on when the name it stands on was deleted in between."""
    store = world.copies(PROJECT)
    await put_all(store, ["A", "B", "C"])
    first = await store.list(None, 2)
    await store.delete(Name("B"))
    second = await store.list(first.cursor, 2)

    assert names(second) == ["C"], "a name was skipped or repeated"


@SUITE.check
async def check_projects_apart(world: CopiesWorld) -> None:
    """Projects do not see, change or delete each other's records, even where one name begins
    the other's."""
    one, other = world.copies(PROJECT), world.copies(OTHER_PROJECT)
    await one.put(record("A", "one"))
    await other.put(record("A", "other"))
    await other.put(record("B", "other"))
    await one.delete(Name("B"))

    found = await one.get([Name("A"), Name("B")])
    assert found == {Name("A"): record("A", "one")}, "a record leaked, or was overwritten"
    assert await pages(one, 10) == [["A"]], "the list leaked a name"
    assert await pages(other, 10) == [["A", "B"]], "the other project lost a name"


@SUITE.check
async def check_foreign_cursor(world: CopiesWorld) -> None:
    """Another project's cursor never leads to another project's names."""
    one, other = world.copies(PROJECT), world.copies(OTHER_PROJECT)
    await put_all(one, ["A", "C", "E"])
    await put_all(other, ["B", "D", "F"])
    cursor = (await other.list(None, 1)).cursor
    try:
        found = set(names(await one.list(cursor, 10)))
    except Exception:  # noqa: BLE001 - a refusal is a good answer here
        found = set()

    assert found <= {"A", "C", "E"}, "a cursor opened another project"


@SUITE.check
async def check_stored_twice_at_once(world: CopiesWorld) -> None:
    """Two puts of one name at the same time leave one of the two records, whole."""
    store = world.copies(PROJECT)
    rivals = [record("A", f"text {n}", Metadata(n, n, n, f"k{n}")) for n in (1, 2)]
    await asyncio.gather(*(settled(store.put(rival)) for rival in rivals))

    assert (await store.get([Name("A")]))[Name("A")] in rivals, "text and metadata were mixed"
