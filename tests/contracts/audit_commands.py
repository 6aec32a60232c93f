"""What is promised of a project's audit key, and of the chain that it signs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from contracts.commanding import (
    AUDIT_RETENTION,
    ROOT,
    TOKEN_ID,
    Commanding,
    bulk,
    command,
    issue,
    put,
    shown,
)
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from contracts.worlds import KEYS, PROJECT
from positronic.access.audit_throttle import CAPACITY, INTERVAL
from positronic.access.foreign_calls import NONE, ForeignCalls
from positronic.audit import chain
from positronic.commands import audit_keys
from positronic.commands.audit_reads import MAX_SCANNED, MAX_TEXT
from positronic.commands.command import Command, TokenShown
from positronic.commands.work import Work
from positronic.errors import AuditUnavailable, Conflict, Forbidden, NotFound
from positronic.ledger.audit_key_rows import AUDIT_KEY, AUDIT_KEYS
from positronic.ledger.event_rows import EVENTS, ChainedEvent, event_row_id
from positronic.ledger.look import Look
from positronic.names import Project
from positronic.roles import Principal, Role
from positronic.rows import Delete, Put
from positronic.sealing.keyring import Keyring

SUITE: Suite[LedgerWorld] = Suite("audit_commands")

NEWER = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
WRONG = "k1:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="


def restart(caller: Principal | TokenShown = ROOT, newest: str = "k1") -> Command:
    return command("audit.restart", caller, needs=Role.ROOT, newest=newest)


def issue_under(newest: str) -> Command:
    return issue()._replace(newest=newest)


async def verdicts(place: Commanding, newest: str = "k1") -> list[object]:
    """Of each event, newest first; `unreadable` for what is none."""
    page, *_ = await place.run(command("audit.list", newest=newest, limit=99))
    return [one[3] if len(one) > 3 else "unreadable" for one in page]


@SUITE.check
async def check_drawn_with_the_first_event(world: LedgerWorld) -> None:
    """One key a project, in the commit of its first event, and nowhere in clear."""
    place = Commanding(world)
    await raises(NotFound, place.run(command("secret.delete", name="A")))
    assert place.rows()["auditkey"] == [], "a refused call drew a key"
    await place.run(put("A"), put("B"))
    (row,) = place.rows()["auditkey"]
    key = await place.audit_key()

    assert key is not None
    assert row.revision == place.ledger.list(EVENTS.kind)[-1].revision, "not in the first commit"
    assert key.secret.hex() not in "".join(
        one.text for rows in place.rows().values() for one in rows
    )
    assert await verdicts(place) == ["intact", "intact"]


@SUITE.check
async def check_survives_a_rotation(world: LedgerWorld) -> None:
    """Events from before are checked after their master key is gone, and so are new ones."""
    old = Commanding(world)
    await old.run(put("A"), put("B"))
    both = Commanding(world, old.clock, f"{NEWER},{KEYS}")
    change = await audit_keys.rewrapped(Work(PROJECT, Look(both.ledger), both.tools))
    assert change is not None, "nothing to do"
    both.ledger.commit([change], {})
    new = Commanding(world, old.clock, NEWER)
    await new.run(put("C", newest="k2"))

    assert await verdicts(new, "k2") == ["intact"] * 3
    assert [row.keys for row in new.rows()["auditkey"]] == [("k2",)]
    assert await audit_keys.rewrapped(Work(PROJECT, Look(new.ledger), new.tools)) is None


@SUITE.check
async def check_lost_master_key(world: LedgerWorld) -> None:
    """Changes are refused and leave nothing, reads go on, and no event is called intact."""
    kept = Commanding(world)
    await kept.run(put("A"), issue())
    for keys, newest in ((NEWER, "k2"), (WRONG, "k1")):
        lost = Commanding(world, kept.clock, keys)
        before = lost.rows()
        for change in (put("B", newest=newest), command("secret.delete", newest=newest, name="A")):
            error = await raises(AuditUnavailable, lost.run(change))
            assert "nothing was done" in error.message

        assert lost.rows() == before, "a refused change left something"
        assert (await lost.page(newest=newest))["secrets"][0]["name"] == "A"
        assert await verdicts(lost, newest) == ["unknown_key"] * 2
    assert await verdicts(kept) == ["intact"] * 2, "with its key again"


@SUITE.check
async def check_restarts_after_a_loss(world: LedgerWorld) -> None:
    """Root draws a new audit key for a project whose master key is gone; then all goes on.

    The old events are not called intact, and the first of the new key says where it begins.
    """
    kept = Commanding(world)
    await kept.run(put("A", "older"), put("B"))
    old = await kept.audit_key()
    lost = Commanding(world, kept.clock, NEWER)
    key_id, sequence, before = await lost.run(restart(newest="k2"))
    await lost.run(put("A", "newer", newest="k2"), issue_under("k2"))
    await lost.run(command("secret.delete", newest="k2", name="B"))

    new = await lost.audit_key()
    assert old is not None
    assert (before, sequence) == (old.id, 3)
    assert new is not None
    assert new.id == key_id != old.id
    event = EVENTS.read(lost.rows()["event"][-3]).event
    assert (event.action, event.names) == ("audit.restart", (old.id,))
    assert event.details == {"sequence": 3, "previousKeyId": old.id}
    assert await verdicts(lost, "k2") == [*["intact"] * 4, *["unknown_key"] * 2]
    assert await lost.values() == {"A": "newer"}
    assert await verdicts(kept) == ["unknown_key"] * 6, "the old master key opens no new audit key"


@SUITE.check
async def check_no_restart_without_a_loss(world: LedgerWorld) -> None:
    """Nothing is changed where the audit key opens, where its master key's id is held, or there is
    none; nor for anybody but root.
    """
    place = Commanding(world)
    assert "no audit key yet" in (await raises(Conflict, place.run(restart()))).message
    await place.run(put("A"), issue(role="admin"))
    other = Commanding(world, place.clock, WRONG)
    before = place.rows()
    for one in (place, other, Commanding(world, place.clock, f"{NEWER},{KEYS}")):
        newest = Keyring(one.keys).newest
        assert "'k1' is held" in (await raises(Conflict, one.run(restart(newest=newest)))).message
    await raises(Forbidden, place.run(restart(shown())))

    assert place.rows() == before


@SUITE.check
async def check_one_restart_of_two(world: LedgerWorld) -> None:
    """Of two at once one is made, and the other is refused: the new key is held."""
    kept = Commanding(world)
    await kept.run(put("A"))
    lost = Commanding(world, kept.clock, NEWER)
    made = await asyncio.gather(
        *(lost.run(restart(newest="k2")) for _ in range(2)), return_exceptions=True
    )

    assert sorted(isinstance(one, Conflict) for one in made) == [False, True]
    assert lost.actions() == ["secret.put", "audit.restart"]


@SUITE.check
async def check_retention_after_a_restart(world: LedgerWorld) -> None:
    """Old events go in time, and the new key signs for that: nothing counts as removed."""
    kept = Commanding(world)
    await kept.run(put("A"), put("B"), put("C"))
    lost = Commanding(world, kept.clock, NEWER)
    await lost.run(restart(newest="k2"))
    assert await verdicts(lost, "k2") == ["intact", *["unknown_key"] * 3]
    lost.clock.now += AUDIT_RETENTION + 1
    await lost.run(put("A", newest="k2"), command("audit.trim", newest="k2"))
    assert await verdicts(lost, "k2") == ["intact"], "the old ones go"
    await lost.run(put("A", newest="k2"))

    assert await verdicts(lost, "k2") == ["intact", "intact"]
    assert lost.actions() == ["secret.put", "secret.put"]


@SUITE.check
async def check_restart_of_what_cannot_be_read(world: LedgerWorld) -> None:
    """Neither a newest event nor a record of the audit key that is broken stands in the way."""
    kept = Commanding(world)
    await kept.run(put("A"))
    lost = Commanding(world, kept.clock, NEWER)
    (key,), (event,) = kept.rows()["auditkey"], kept.ledger.list(EVENTS.kind)
    broken = [
        Put(AUDIT_KEYS.kind, key.id, "{}", key.keys),
        Put(EVENTS.kind, event.id, "{}", event.keys),
    ]
    lost.ledger.commit(broken, {})
    _, sequence, before = await lost.run(restart(newest="k2"))

    assert (sequence, before) == (2, None)
    assert await verdicts(lost, "k2") == ["intact", "unreadable"]


def acknowledge(sequence: int, digest: str, caller: Principal | TokenShown = ROOT) -> Command:
    return command("audit.acknowledge", caller, needs=Role.ROOT, sequence=sequence, digest=digest)


async def digests(place: Commanding) -> dict[int, str]:
    """Of the events as they are now, by their numbers."""
    page, *_ = await place.run(command("audit.list", limit=99))
    return {one[-2]: one[-1] for one in page}


@SUITE.check
async def check_acknowledged(world: LedgerWorld) -> None:
    """An event of root's names exactly the changed one, by number and digest: also one that cannot
    be read, and one whose predecessor is missing. It stays changed.
    """
    place, kind = Commanding(world), EVENTS.kind
    for name in "ABCDE":
        await place.run(put(name))
    _, fourth, third, second, _ = place.ledger.list(kind)
    for row, text in ((third, third.text.replace('"C"', '"X"')), (second, "{}")):
        place.ledger.commit([Put(kind, row.id, text, row.keys)], {})
    place.ledger.commit([Delete(kind, fourth.id)], {})
    before, found = await verdicts(place), await digests(place)
    for number in (2, 3, 5):
        await place.run(acknowledge(number, found[number]))

    assert before == ["changed", "changed", "unreadable", "intact"]
    assert await verdicts(place) == ["intact"] * 3 + before
    (event,) = (EVENTS.read(row).event for row in place.ledger.list(kind, limit=1))
    assert (event.action, event.names) == ("audit.acknowledge", ("event 5",))
    assert event.details == {"sequence": 5, "digest": found[5]}
    assert event.actor["id"] == "root"


@SUITE.check
async def check_nothing_else_is_acknowledged(world: LedgerWorld) -> None:
    """Not an intact event, none under a lost key, none with another digest, none that is missing;
    nor by anybody but root. Nothing is left.
    """
    place, kind = Commanding(world), EVENTS.kind
    await place.run(put("A"), issue(role="admin"), put("B"))
    intact, before = await digests(place), place.rows()
    for number, digest in intact.items():
        await raises(Conflict, place.run(acknowledge(number, digest)))
        await raises(NotFound, place.run(acknowledge(number, "0" * 64)))
    await raises(NotFound, place.run(acknowledge(9, intact[1])))
    await raises(Forbidden, place.run(acknowledge(1, intact[1], shown())))
    assert place.rows() == before

    row = place.ledger.list(kind)[-1]
    place.ledger.commit([Put(kind, row.id, row.text.replace('"A"', '"X"'), row.keys)], {})
    changed = await digests(place)
    await raises(NotFound, place.run(acknowledge(1, intact[1])))
    lost = Commanding(world, place.clock, NEWER)
    asked = acknowledge(2, changed[2])._replace(newest="k2")
    await raises(Conflict, lost.run(asked))
    assert await verdicts(place) == ["intact", "intact", "changed"]


@SUITE.check
async def check_acknowledged_once(world: LedgerWorld) -> None:
    """Sent again it leaves no second event; and where it fails, it leaves none."""
    place, kind = Commanding(world), EVENTS.kind
    await place.run(put("A"), put("B"))
    row = place.ledger.list(kind)[-1]
    place.ledger.commit([Put(kind, row.id, row.text.replace('"A"', '"X"'), row.keys)], {})
    asked, before = acknowledge(1, (await digests(place))[1]), place.rows()
    for spare in range(99):
        failing = place.place(world.failing(spare))
        made = (await asyncio.gather(failing.run(asked), return_exceptions=True))[0]
        if not isinstance(made, BaseException):
            break
        assert place.rows() == before, f"statement {spare}"
    await place.run(asked, asked)

    assert await verdicts(place) == ["intact", "intact", "changed"]


@SUITE.check
async def check_replaced_key(world: LedgerWorld) -> None:
    """Whoever removes the key, or puts another in its place, makes no event count as intact."""
    place = Commanding(world)
    await place.run(put("A"))
    (row,) = place.rows()["auditkey"]
    other = Commanding(LedgerWorld(world.cipher, world.open, world.database))
    place.ledger.commit([Delete(AUDIT_KEYS.kind, AUDIT_KEY)], {})
    assert await verdicts(place) == ["unknown_key"]
    await other.run(put("B"))

    assert await verdicts(place) == ["intact", "unknown_key"]
    for text in ("{}", row.text.replace("px1.k1.", "px1.k1.A"), row.text.replace(":1,", ":2,")):
        place.ledger.commit([Put(AUDIT_KEYS.kind, AUDIT_KEY, text, row.keys)], {})
        assert await verdicts(place) == ["unknown_key"] * 2
        await raises(AuditUnavailable, place.run(put("A")))


@SUITE.check
async def check_exchanged_event(world: LedgerWorld) -> None:
    """An event of the project's own from another past is not taken for the one that stood there."""
    place = Commanding(world)
    await place.run(put("A"), put("B"))
    kind = EVENTS.kind
    second, first = place.ledger.list(kind)
    place.ledger.commit([Delete(kind, second.id)], {})
    place = Commanding(world, place.clock)
    await place.run(put("X"), put("C"))
    assert await verdicts(place) == ["intact"] * 3
    place.ledger.commit([Put(kind, second.id, second.text, second.keys)], {})

    assert await verdicts(place) == ["changed", "intact", "intact"]
    place.ledger.commit([Put(kind, first.id, second.text, second.keys)], {})
    assert (await verdicts(place))[2] == "changed"


@SUITE.check
async def check_everything_is_signed(world: LedgerWorld) -> None:
    """Also what only a repeated command or a reader of details is told."""
    place = Commanding(world)
    await place.run(issue())
    (row,) = place.ledger.list(EVENTS.kind)
    for ours, theirs in (
        ('"result":[', '"result":[1,'),
        ('"role":"writer"', '"role":"reader"'),
        ('"command":"command', '"command":"another'),
        ('"address":null', '"address":"10.0.0.1"'),
        ('"outcome":"accepted"', '"outcome":"refused"'),
    ):
        assert ours in row.text, ours
        command_id = str(row.keys[0]).replace("command", "another")
        keys = (command_id, row.keys[1]) if "another" in theirs else row.keys
        place.ledger.commit([Put(EVENTS.kind, row.id, row.text.replace(ours, theirs), keys)], {})
        assert await verdicts(place) == ["changed"], ours


@SUITE.check
async def check_bulk_is_checked(world: LedgerWorld) -> None:
    """An event of 500 names is signed as every other."""
    place = Commanding(world)
    await place.run(bulk([f"N{number:03}" for number in range(500)]), issue())
    await place.run(put("T", caller=shown()))

    assert await verdicts(place) == ["intact"] * 3


@SUITE.check
async def check_foreign_calls_are_recorded(world: LedgerWorld) -> None:
    """Once a minute, with how many there were; never in a ledger that nobody wrote to."""
    place = Commanding(world)
    calls = ForeignCalls(place.clock)
    await place.foreign(calls, 3)
    assert world.left_behind() == [], "a stranger left something"
    await place.run(put("A"))
    await place.foreign(calls, 5)
    place.clock.now += INTERVAL
    await place.foreign(calls, 2)

    noted = [one.event for one in place.events() if isinstance(one, ChainedEvent)]
    assert [(one.action, one.outcome, one.code, dict(one.details)) for one in noted[:2]] == [
        ("foreign.call", "refused", "unknown_key", {"count": 5, "keyId": "made-up"}),
        ("foreign.call", "refused", "unknown_key", {"count": 1, "keyId": "made-up"}),
    ]
    assert await verdicts(place) == ["intact"] * 3
    assert noted[0].names == ()


@SUITE.check
async def check_foreign_calls_of_many(world: LedgerWorld) -> None:
    """Each project is counted by itself, and no more projects are remembered than there is room."""
    calls = ForeignCalls(lambda: 0)
    names = [Project(f"p{number}") for number in range(CAPACITY)]

    assert [calls.one_more(name) for name in names] == [1] * CAPACITY
    assert calls.one_more(names[0]) == NONE
    assert calls.one_more(Project("another")) == 1
    assert calls.one_more(names[1]) == 1, "the one that was called longest ago is forgotten"


@SUITE.check
async def check_filters(world: LedgerWorld) -> None:
    """Every event that matches everything, newest first, over pages of any size, and no other."""
    place = Commanding(world)
    await place.run(issue())
    for number in range(9):
        await place.run(put(f"N{number % 3}", caller=shown() if number % 2 else ROOT))
    await place.run(command("secret.delete", name="N0"))
    planted = [Put(EVENTS.kind, "bad id", "text", (None, None))]
    place.ledger.commit(planted, {})

    examples: Sequence[tuple[Sequence[str | None], list[int | None]]] = (
        ([None, None, None], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, None]),
        ([None, "secret", None], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]),
        (["ci", None, None], [9, 7, 5, 3]),
        ([TOKEN_ID, None, None], [9, 7, 5, 3]),
        ([None, "secret.put", "N0"], [8, 5, 2]),
        (["ci", "secret.put", "N0"], [5]),
        ([None, None, TOKEN_ID], [1]),
        (["nobody", None, None], []),
    )
    for wanted, sequences in examples:
        for limit in (1, 2, 99):
            assert await _numbers(place, wanted, limit) == sequences, f"{wanted}, pages of {limit}"


async def _numbers(place: Commanding, wanted: Sequence[str | None], limit: int) -> list[int | None]:
    """Of the events on all pages."""
    found: list[int | None] = []
    cursor: str | None = None
    while True:
        page, cursor, head = await place.run(
            command("audit.list", cursor=cursor, limit=limit, wanted=list(wanted))
        )
        assert head == [11, chain.digest(place.ledger.list(EVENTS.kind)[0])]
        found += [one[4] if len(one) > 3 else one[1] for one in page]
        if cursor is None:
            return found


@SUITE.check
async def check_large_events_fit_an_answer(world: LedgerWorld) -> None:
    """A page ends where its events have many characters; its cursor leads to all the others."""
    place = Commanding(world)
    large = "x" * (MAX_TEXT // 3)
    for number in range(1, 8):
        row = Put(EVENTS.kind, event_row_id(number), large, (f"c{number}", 1))
        place.ledger.commit([row], {})
    pages: list[list[int]] = []
    cursor: str | None = None
    while not pages or cursor:
        page, cursor, _ = await place.run(command("audit.list", limit=99, cursor=cursor))
        pages.append([one[1] for one in page])

    assert pages == [[7, 6, 5, 4], [3, 2, 1]]


@SUITE.check
async def check_filters_look_at_few(world: LedgerWorld) -> None:
    """One call looks at a bounded number of events; its cursor leads on."""
    place = Commanding(world)
    await place.run(put("FIRST"), put("A"))
    (row, _) = place.ledger.list(EVENTS.kind)
    more = [
        Put(EVENTS.kind, event_row_id(number), row.text, (f"c{number}", row.keys[1]))
        for number in range(3, MAX_SCANNED + 3)
    ]
    place.ledger.commit(more, {})
    wanted = [None, None, "FIRST"]
    page, cursor, _ = await place.run(command("audit.list", limit=9, wanted=wanted))

    assert (page, cursor is not None) == ([], True)
    page, cursor, _ = await place.run(command("audit.list", limit=9, cursor=cursor, wanted=wanted))
    assert ([one[4] for one in page], cursor) == ([1], None)
