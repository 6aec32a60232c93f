"""What every Ledger promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite
from positronic.errors import StoreFailed, TooLarge
from positronic.ledger.text_keys import NO_KEY
from positronic.ports import Ledger
from positronic.rows import (
    ABSENT,
    MAX_NUMBER,
    MAX_ROW,
    Change,
    CommitConflict,
    Delete,
    Key,
    Kind,
    Position,
    Put,
    Row,
    Where,
)

SUITE: Suite[LedgerWorld] = Suite("ledger")

PLAIN = Kind("plain")
FOUND = Kind("found", ("due", "word", "other"))
SHREDDED = Kind("shredded", ("due",), is_shredded=True)
LOG = Kind("log", ("due",), is_log=True)
LOG_BEFORE = Kind("log", ("due",))
FOUND_BEFORE = Kind("found", ("due",))  # as older code knew it
SHREDDED_BEFORE = Kind("shredded", ("due",))
ODD = ("", " ", "'", '"; DROP TABLE plain', "%", "_", "?1", "\0", "a\0b", "é", "\U0001f511", "\n")
ORDERED = ("", "A", "AA", "A_", "B", "Z9", "_", "a", "aB", "é", "\uffff", "\U0001f511")


def everything(ledger: Ledger) -> dict[str, Sequence[Row]]:
    """Every row, and every index as it lists."""
    found = {"plain": ledger.list(PLAIN), "found": ledger.list(FOUND)}
    return found | {index: ledger.list(FOUND, index) for index in FOUND.indexes}


def row(ledger: Ledger, id_: str) -> Row | None:
    return ledger.get(PLAIN, [id_]).get(id_)


def revision(ledger: Ledger, id_: str) -> int:
    found = row(ledger, id_)
    return found.revision if found else ABSENT


def ids(rows: Sequence[Row]) -> list[str]:
    return [one.id for one in rows]


def put(id_: str, *keys: Key | None, text: str = "text") -> Put:
    """A row of FOUND; missing keys are None."""
    return Put(FOUND, id_, text, (*keys, *[None] * (3 - len(keys))))


def refused(kind: type[Exception], operation: Callable[[], object]) -> None:
    """The operation raises this kind; anything else fails the check."""
    try:
        operation()
    except kind:
        return
    raise AssertionError(f"nothing was raised where {kind.__name__} was promised")


@SUITE.check
async def check_new_indexes(world: LedgerWorld) -> None:
    """A kind may get more indexes: rows of before are in none of them, and stay as they were."""
    old = world.open()
    old.commit([Put(FOUND_BEFORE, "a", "text", (1,)), Put(PLAIN, "p", "text")], {})
    if world.database is None:
        return  # rows in memory are never older than the code

    ledger = world.open()
    assert ledger.get(FOUND, ["a"])["a"].keys == (1, None, None), "a key was made up"
    ledger.commit([put("b", 2, "word")], {})
    ledger = world.open()
    assert ids(ledger.list(FOUND, "due")) == ["a", "b"], "the index of before"
    assert ids(ledger.list(FOUND, "word")) == ["b"], "the new index"
    assert [one.text for one in ledger.list(FOUND)] == ["text", "text"]


@SUITE.check
async def check_shredded_since(world: LedgerWorld) -> None:
    """Texts of a kind may have to be destroyed one day that did not before: its rows stay."""
    world.open().commit([Put(SHREDDED_BEFORE, one, f"{one}text", (1,)) for one in "abc"], {})
    if world.database is None:
        return  # as above

    ledger = world.open()
    assert [one.text for one in ledger.list(SHREDDED, "due")] == ["atext", "btext", "ctext"]
    ledger.commit([Put(SHREDDED, "a", "again", (2,)), Delete(SHREDDED, "b")], {})
    ledger.commit([Put(SHREDDED, "d", "new", (3,)), Put(SHREDDED, "a", "again", (4,))], {})
    found = world.open().list(SHREDDED, "due")
    assert [(one.id, one.text, one.keys) for one in found] == [
        ("c", "ctext", (1,)),
        ("d", "new", (3,)),
        ("a", "again", (4,)),
    ]


@SUITE.check
async def check_dropped_parts(world: LedgerWorld) -> None:
    """What the database's owner dropped is made again by the next start, with all rows in it."""
    puts = [Put(SHREDDED, one, f"{one}text", (number,)) for number, one in enumerate("abc")]
    world.open().commit([*puts, *(put(one, number) for number, one in enumerate("abc"))], {})
    if world.database is None:
        return  # as above

    for part in ("INDEX found_due", "INDEX shredded_due", "TRIGGER shredded_replaced"):
        world.database.run(f"DROP {part}")
    # Kinds of their own, as after a start: what is known of the others stays.
    found, shredded = Kind("found", FOUND.indexes), Kind("shredded", ("due",), is_shredded=True)
    ledger = world.open()
    assert ids(ledger.list(found, "due", low=1)) == ["b", "c"]
    assert ids(ledger.list(shredded, "due", low=1)) == ["b", "c"]
    ledger.commit([Put(shredded, "a", "again", (0,)), Put(found, "d", "text", (3, None, None))], {})
    [[count]] = world.database.run("SELECT COUNT(*) FROM text_keys WHERE key != ?", NO_KEY)
    assert count == len(puts), "the key of a text that was replaced is still there"
    assert ids(ledger.list(found, "due", low=1)) == ["b", "c", "d"]


@SUITE.check
async def check_taken_names(world: LedgerWorld) -> None:
    """A table that its owner renamed keeps the names of its parts: that is told, and no loop."""
    world.open().commit([put("a", 1)], {})
    if world.database is None:
        return  # as above

    world.database.run("ALTER TABLE found RENAME TO foundold")
    world.database.run("CREATE TABLE found AS SELECT * FROM foundold")
    found = Kind("found", FOUND.indexes)
    refused(StoreFailed, lambda: world.open().list(found, "due"))


@SUITE.check
async def check_two_who_write(world: LedgerWorld) -> None:
    """Neither is held up by what the other has written, and neither takes the other's place."""
    both = [world.open(), world.open()]
    revisions = [
        both[number % 2].commit([Put(SHREDDED, str(number), f"text {number}", (number,))], {})
        for number in range(12)
    ]
    assert revisions == sorted({*revisions}), f"a revision came twice: {revisions}"
    both[0].commit([Delete(SHREDDED, str(number)) for number in range(0, 12, 2)], {})
    both[1].commit([Put(SHREDDED, str(number), "again", (number,)) for number in range(6)], {})
    refused(CommitConflict, lambda: both[0].commit([], {(SHREDDED, "1"): revisions[1]}))
    again = Put(SHREDDED, "1", "lost", (1,))
    refused(CommitConflict, lambda: both[0].commit([again], {(SHREDDED, "1"): revisions[1]}))
    for ledger in both:
        found = [one.text for one in ledger.list(SHREDDED, "due")]
        assert found == ["again"] * 6 + ["text 7", "text 9", "text 11"], found


@SUITE.check
async def check_get_back(world: LedgerWorld) -> None:
    """A row comes back with every field as it was put, whatever its texts hold."""
    ledger = world.open()
    for odd in ODD:
        ledger.commit([Put(FOUND, odd, f"{odd}text", (MAX_NUMBER, odd, None))], {})

        found = ledger.get(FOUND, [odd])[odd]
        assert found.text == f"{odd}text", f"the text of {odd!r}"
        assert found.keys == (MAX_NUMBER, odd, None), f"the keys of {odd!r}: {found.keys}"
        assert type(found.keys[0]) is int, "a number became something else"
    assert set(ledger.get(FOUND, ODD)) == set(ODD), "an id took another's place"


@SUITE.check
async def check_shredded(world: LedgerWorld) -> None:
    """A kind whose texts can be destroyed is like others: written, replaced, listed, deleted."""
    ledger = world.open()
    names = [f"N{number:03}" for number in range(300)]
    ledger.commit([Put(SHREDDED, name, f"{name} a", (1,)) for name in names], {})
    ledger.commit([Put(SHREDDED, odd, f"{odd}text" * 100, (None,)) for odd in ODD], {})
    ledger = world.open()
    assert {odd: found.text for odd, found in ledger.get(SHREDDED, ODD).items()} == {
        odd: f"{odd}text" * 100 for odd in ODD
    }
    assert [one.text for one in ledger.list(SHREDDED, "due")] == [f"{name} a" for name in names]

    again = [Put(SHREDDED, name, "again", (2,)) for name in names[::2]]
    ledger.commit([*again, *(Delete(SHREDDED, name) for name in names[1::2])], {})
    found = world.open().list(SHREDDED, "due")
    assert [(one.id, one.text, one.keys) for one in found] == [
        (name, "again", (2,)) for name in names[::2]
    ]


@SUITE.check
async def check_log(world: LedgerWorld) -> None:
    """As any other kind, whichever way its ids go, also in a table that older code has made."""
    for kind in (LOG_BEFORE, LOG):
        ledger = world.open()
        for number in range(40, 20, -1):
            ledger.commit([Put(kind, f"{number}", f"{number}" * 300, (number % 3,))], {})
        for number in range(41, 61):
            ledger.commit([Put(kind, f"{number}", f"{number}" * 300, (number % 3,))], {})
        before = ledger.get(kind, ["30"])["30"].revision
        again = Put(kind, "30", "again", (9,))
        refused(CommitConflict, lambda: ledger.commit([again], {(kind, "30"): ABSENT}))  # noqa: B023
        ledger.commit([again, Delete(kind, "31")], {(kind, "30"): before})
        every = [f"{number}" for number in range(21, 61) if number != 31]
        assert ids(ledger.list(kind)) == every
        assert ids(ledger.list(kind, limit=3, low="30")) == ["30", "32", "33"]
        assert ids(ledger.list(kind, "due", low=9)) == ["30"]
        thirds = [one for one in every if int(one) % 3 == 2]
        assert ids(ledger.list(kind, "due", low=2, high=3)) == thirds
        assert ledger.get(kind, ["30", "31"])["30"].text == "again"
        assert ledger.count(kind) == len(every)


@SUITE.check
async def check_missing_is_missing(world: LedgerWorld) -> None:
    """An id without a row is missing from the answer; no ids are answered by none."""
    ledger = world.open()
    ledger.commit([Put(PLAIN, "A", "text")], {})

    assert set(ledger.get(PLAIN, ["A", "B"])) == {"A"}, "an absent row was answered"
    assert ledger.get(PLAIN, []) == {}, "no ids were asked for"


@SUITE.check
async def check_many_at_once(world: LedgerWorld) -> None:
    """One commit and one get take 1,500 rows, more than a statement has parameters."""
    ledger = world.open()
    names = [f"N{number:04}" for number in range(1500)]
    ledger.commit([put(name, number) for number, name in enumerate(names)], {})
    kept = ledger.get(FOUND, names)
    expect = {(FOUND, name): kept[name].revision for name in names}
    ledger.commit([Delete(FOUND, name) for name in names[:1499]], expect)

    assert set(kept) == set(names), "a row got lost between statements"
    assert ids(ledger.list(FOUND)) == names[1499:], "a row was not deleted"


@SUITE.check
async def check_put_overwrites(world: LedgerWorld) -> None:
    """A second put replaces text and keys; the first keys find nothing any more."""
    ledger = world.open()
    ledger.commit([put("A", 1, "one", "x", text="first")], {})
    ledger.commit([put("A", 2, None, "y", text="second")], {})

    assert [one.text for one in ledger.list(FOUND)] == ["second"], "part of the first stayed"
    assert ids(ledger.list(FOUND, "due", high=2)) == [], "found by the first key"
    assert ids(ledger.list(FOUND, "word")) == [], "found by a key that it has no more"
    assert ids(ledger.list(FOUND, "other", low="y")) == ["A"], "not found by its key"


@SUITE.check
async def check_delete(world: LedgerWorld) -> None:
    """A deleted row is in no answer and no index; deleting again is harmless."""
    ledger = world.open()
    ledger.commit([put("A", 1, "one"), put("B", 2, "two")], {})
    for _ in range(2):
        ledger.commit([Delete(FOUND, "A")], {})

        assert ids(ledger.list(FOUND)) == ["B"], "listed"
        assert ids(ledger.list(FOUND, "due")) == ["B"], "found by a number"
        assert ids(ledger.list(FOUND, "word")) == ["B"], "found by a word"
        assert ledger.get(FOUND, ["A"]) == {}, "answered"


@SUITE.check
async def check_order(world: LedgerWorld) -> None:
    """Ids and words are in code-point order, numbers in their own."""
    ledger = world.open()
    numbers = [-5, 0, 2, 10, 900]
    ledger.commit([put(id_, None, id_) for id_ in reversed(ORDERED)], {})
    ledger.commit([put(f"n{number}", number) for number in reversed(numbers)], {})

    listed = [one for one in ids(ledger.list(FOUND)) if one in ORDERED]
    assert listed == list(ORDERED), "the ids"
    assert ids(ledger.list(FOUND, "word")) == list(ORDERED), "the words"
    assert ids(ledger.list(FOUND, "due")) == [f"n{number}" for number in numbers], "the numbers"


@SUITE.check
async def check_ties(world: LedgerWorld) -> None:
    """Rows with the same key are in the order of their ids."""
    ledger = world.open()
    ledger.commit([put("b", 1), put("a", 1), put("c", 0)], {})

    assert ids(ledger.list(FOUND, "due")) == ["c", "a", "b"]


@SUITE.check
async def check_range(world: LedgerWorld) -> None:
    """`low` is in the range and `high` is not, by id and by key; a missing key is in none."""
    ledger = world.open()
    ledger.commit([put(word, number, word) for number, word in enumerate("abcd")], {})
    ledger.commit([put("e")], {})

    assert ids(ledger.list(FOUND, "due", low=1, high=3)) == ["b", "c"], "numbers"
    assert ids(ledger.list(FOUND, "word", low="b", high="d")) == ["b", "c"], "words"
    assert ids(ledger.list(FOUND, low="b", high="d")) == ["b", "c"], "ids"
    assert ids(ledger.list(FOUND, "due", low=-1)) == ["a", "b", "c", "d"], "without a high end"
    assert ids(ledger.list(FOUND, "due", low=3, high=3)) == [], "an empty range"


@SUITE.check
async def check_count(world: LedgerWorld) -> None:
    """A count is of what a list of the same range has, and 0 where nothing was ever written."""
    ledger = world.open()
    assert ledger.count(FOUND, "due", low=1) == 0, "something was there"
    ledger.commit([put(word, number, word) for number, word in enumerate("abcd")], {})
    ledger.commit([put("e")], {})

    assert ledger.count(FOUND) == 5, "all"
    assert ledger.count(FOUND, "due") == 4, "without the one that has no key"
    assert ledger.count(FOUND, "due", low=1, high=3) == 2, "a range of numbers"
    assert ledger.count(FOUND, "word", low="b") == 3, "a range of words"


def _pages(ledger: Ledger, index: str, position: Callable[[Row], Position], size: int) -> list[str]:
    found: list[str] = []
    after: Position | None = None
    while page := ledger.list(FOUND, index, after, size):
        assert len(page) <= size, "a page is too long"
        found += ids(page)
        after = position(page[-1])
        ledger.commit([Delete(FOUND, page[-1].id)], {})  # a page leads on all the same
    return found


@SUITE.check
async def check_pages(world: LedgerWorld) -> None:
    """Pages of any size give each row once, also when the row they stand on was deleted."""
    ledger = world.open()
    rows = [put(f"r{number}", number // 3, f"w{number % 2}") for number in range(10)]
    positions: dict[str, Callable[[Row], Position]] = {
        "id": lambda one: (one.id, one.id),
        "due": lambda one: (one.keys[0] or 0, one.id),
        "word": lambda one: (one.keys[1] or "", one.id),
    }
    for index, position in positions.items():
        for size in (1, 3, 4, 100):
            ledger.commit(rows, {})
            expected = ids(ledger.list(FOUND, index))

            assert _pages(ledger, index, position, size) == expected, f"{index} by {size}"
            assert len(expected) == 10, "a row is missing"


@SUITE.check
async def check_page_in_range(world: LedgerWorld) -> None:
    """A page that goes on stays in its range."""
    ledger = world.open()
    ledger.commit([put(f"r{number}", number // 2) for number in range(10)], {})

    assert ids(ledger.list(FOUND, "due", (1, "r2"), 9, high=3)) == ["r3", "r4", "r5"]
    assert ids(ledger.list(FOUND, "due", (0, "r1"), 9, low=2, high=3)) == ["r4", "r5"]


@SUITE.check
async def check_kinds_apart(world: LedgerWorld) -> None:
    """An id of one kind is not one of another."""
    ledger = world.open()
    ledger.commit([Put(PLAIN, "A", "plain"), put("A", text="found")], {})
    ledger.commit([Delete(PLAIN, "A")], {(FOUND, "A"): ledger.get(FOUND, ["A"])["A"].revision})

    assert ids(ledger.list(PLAIN)) == [], "the wrong one was deleted"
    assert [one.text for one in ledger.list(FOUND)] == ["found"], "the wrong text"


@SUITE.check
async def check_expect(world: LedgerWorld) -> None:
    """A commit happens only when each row that it expects is as it expects, also one it leaves."""
    ledger = world.open()
    ledger.commit([Put(PLAIN, "A", "1"), Put(PLAIN, "B", "1")], {(PLAIN, "A"): ABSENT})
    first = revision(ledger, "A")
    ledger.commit([Put(PLAIN, "A", "2")], {(PLAIN, "A"): first})
    now = {(PLAIN, "A"): revision(ledger, "A"), (PLAIN, "B"): revision(ledger, "B")}
    before = everything(ledger)
    for wrong in (
        {(PLAIN, "A"): first},
        {(PLAIN, "A"): ABSENT},
        {(PLAIN, "C"): first},
        {(FOUND, "A"): first},
        now | {(PLAIN, "B"): ABSENT},
    ):
        changes: list[Change] = [Put(PLAIN, "C", "3"), Delete(PLAIN, "B"), put("A")]
        refused(CommitConflict, lambda: ledger.commit(changes, wrong))  # noqa: B023 - called here
        refused(CommitConflict, lambda: ledger.commit([], wrong))  # noqa: B023 - called here

        assert everything(ledger) == before, f"changed in spite of {wrong}"
    ledger.commit([Put(PLAIN, "C", "3")], {**now, (PLAIN, "C"): ABSENT, (FOUND, "A"): ABSENT})
    assert ids(ledger.list(PLAIN)) == ["A", "B", "C"], "the right expectations were refused"


@SUITE.check
async def check_expect_of_many_kinds(world: LedgerWorld) -> None:
    """Also of more kinds, and more rows, than one statement can look at."""
    ledger = world.open()
    kinds = [Kind(f"kind{letter}") for letter in "abcdefgh"]
    names = [f"R{number}" for number in range(30)]
    ledger.commit([Put(kind, name, "") for kind in kinds for name in names], {})
    one = ledger.get(kinds[0], names)[names[0]].revision
    right = {(kind, name): one for kind in kinds for name in names}
    ledger.commit([Put(PLAIN, "A", "")], right | {(Kind("missing"), "R0"): ABSENT})
    for kind in kinds:
        for name in (names[0], names[-1]):
            wrong = right | {(kind, name): one + 1}
            refused(CommitConflict, lambda: ledger.commit([Delete(PLAIN, "A")], wrong))  # noqa: B023 - called here
            refused(CommitConflict, lambda: ledger.commit([], wrong))  # noqa: B023 - called here
    assert ids(ledger.list(PLAIN)) == ["A"], "a wrong expectation was not noticed"


@SUITE.check
async def check_revisions(world: LedgerWorld) -> None:
    """A row's revision is greater after each put, also when it was deleted in between."""
    ledger = world.open()
    seen = [ABSENT]
    for _ in range(3):
        for change in (Put(PLAIN, "A", "same"), Put(PLAIN, "A", "same")):
            ledger.commit([change], {})
            assert revision(ledger, "A") > seen[-1], "a revision was used again"
            seen.append(revision(ledger, "A"))
        ledger.commit([Delete(PLAIN, "A")], {})
        refused(CommitConflict, lambda: ledger.commit([], {(PLAIN, "A"): seen[-1]}))


@SUITE.check
async def check_leaves_nothing(world: LedgerWorld) -> None:
    """Looking, failing and changing nothing leave no table behind."""
    ledger = world.open()
    ledger.get(PLAIN, ["A"])
    ledger.list(FOUND, "due", (1, "x"), 5, low=0, high=9)
    ledger.commit([], {(PLAIN, "A"): ABSENT})
    refused(CommitConflict, lambda: ledger.commit([Put(PLAIN, "A", "")], {(PLAIN, "B"): 1}))
    refused(ValueError, lambda: ledger.commit([Put(PLAIN, "A", "", (1,))], {}))

    assert world.left_behind() == []
    ledger.commit([Put(PLAIN, "A", "text")], {})
    assert sorted(world.left_behind()) in ([], ["commits", "plain"])


@SUITE.check
async def check_other_handle(world: LedgerWorld) -> None:
    """What one handle committed is there through another, whichever was there first."""
    one, other = world.open(), world.open()
    assert other.get(PLAIN, ["A"]) == {}, "something was there"
    one.commit([Put(PLAIN, "A", "1")], {})
    assert ids(other.list(PLAIN)) == ["A"], "not seen"
    refused(CommitConflict, lambda: other.commit([put("B")], {(PLAIN, "A"): ABSENT}))
    other.commit([Put(PLAIN, "A", "2"), put("B", 1)], {(PLAIN, "A"): revision(one, "A")})

    assert [found.text for found in one.list(PLAIN)] == ["2"], "the other's change"
    assert ids(one.list(FOUND, "due")) == ["B"], "the other's table"


@SUITE.check
async def check_expects_a_key(world: LedgerWorld) -> None:
    """That no row has a key in an index, or that the first one which has it is as it was."""
    ledger = world.open()
    nobody: dict[Where, int] = {
        (FOUND, "due", 1): ABSENT,
        (FOUND, "word", "x"): ABSENT,
        (PLAIN, "B"): ABSENT,
    }
    ledger.commit([put("B", 1)], nobody)
    refused(CommitConflict, lambda: ledger.commit([put("C", 1)], nobody))
    ledger.commit([put("A", 1)], {(FOUND, "B"): ledger.get(FOUND, ["B"])["B"].revision})
    first = ledger.get(FOUND, ["A"])["A"].revision
    right: dict[Where, int] = {(FOUND, "due", 1): first, (FOUND, "word", "x"): ABSENT}
    ledger.commit([put("E", 1), put("D", 2)], right)
    for wrong in (first + 1, ledger.get(FOUND, ["B"])["B"].revision, ABSENT):
        expect: dict[Where, int] = {(FOUND, "due", 1): wrong}
        refused(CommitConflict, lambda: ledger.commit([], expect))  # noqa: B023

    assert ids(ledger.list(FOUND, "due", low=1, high=2)) == ["A", "B", "E"]


@SUITE.check
async def check_refuses_what_it_cannot_keep(world: LedgerWorld) -> None:
    """A row over the limit, changed twice, unlike its kind or not Unicode: nothing is written."""
    ledger = world.open()
    ledger.commit([Put(PLAIN, "A", "x" * (MAX_ROW - 1))], {})
    wrong: list[tuple[type[Exception], list[Change]]] = [
        (TooLarge, [Put(PLAIN, "B", "x" * MAX_ROW)]),
        (TooLarge, [Put(PLAIN, "B", "é" * (MAX_ROW // 2))]),
        (TooLarge, [put("B", None, "x" * MAX_ROW)]),
        (ValueError, [Put(PLAIN, "B", "1"), Put(PLAIN, "B", "2")]),
        (ValueError, [Put(PLAIN, "B", "1"), Delete(PLAIN, "B")]),
        (ValueError, [Put(FOUND, "B", "1", (1, 2))]),
        (ValueError, [put("B", MAX_NUMBER + 1)]),
        (ValueError, [Put(PLAIN, "\ud800", "1")]),
        (ValueError, [Put(PLAIN, "B", "\ud800")]),
        (ValueError, [put("B", None, "\ud800")]),
    ]
    for kind, changes in wrong:
        before = everything(ledger)
        refused(kind, lambda: ledger.commit([Put(PLAIN, "C", ""), *changes], {}))  # noqa: B023

        assert everything(ledger) == before, f"changed by {kind.__name__}"


@SUITE.check
async def check_all_or_nothing(world: LedgerWorld) -> None:
    """Whichever statement of a commit fails, nothing of it is there; then it can be made again."""
    ledger = world.open()
    ledger.commit([put("A", 1, "one", text="first"), put("B", 2, "two")], {})
    kept = {(FOUND, "A"): ledger.get(FOUND, ["A"])["A"].revision}
    changes: list[Change] = [put("A", 5, "five"), Delete(FOUND, "B"), Put(PLAIN, "new", "text")]
    changes += [put(f"N{number}", number, "many") for number in range(40)]
    before, tables, spare = everything(ledger), world.left_behind(), 0
    while True:
        try:
            world.failing(spare).commit(changes, kept)
            break
        except StoreFailed:
            spare += 1
        assert everything(world.open()) == before, f"after statement {spare}"
        assert world.left_behind() == tables, f"a table after statement {spare}"

    assert spare > 6 or world.database is None, "the commit has fewer statements than were to fail"
    assert len(world.open().list(FOUND)) == 41, "the last one was made"
    assert ids(ledger.list(PLAIN)) == ["new"], "in its new table too"
