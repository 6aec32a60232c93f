"""What is promised of commands: each is made whole or not at all, with its event, once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from contracts.commanding import (
    AUDIT_RETENTION,
    NO_SECRETS,
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
from contracts.suite import Suite, raises, settled
from contracts.worlds import PROJECT
from positronic.access.authentication import TokenRefused
from positronic.audit import chain
from positronic.commands.place import TRIES
from positronic.errors import (
    Busy,
    CorruptRecord,
    Forbidden,
    NotFound,
    Unauthenticated,
)
from positronic.ledger.copy_rows import OUTBOX
from positronic.ledger.event_rows import EVENTS, ChainedEvent
from positronic.ledger.secret_rows import STATES, VERSIONS
from positronic.ledger.setting_rows import TRIMMED, Trimmed
from positronic.ledger.token_rows import TOKENS
from positronic.ports import Sealing, Signature
from positronic.rows import Delete, Put
from positronic.sealing.signing import Verdict
from positronic.times import iso

SUITE: Suite[LedgerWorld] = Suite("commands")

NAMES = [f"N{number:02}" for number in range(30)]


async def _filled(world: LedgerWorld) -> Commanding:
    place = Commanding(world)
    await place.run(put("A"), bulk(NAMES), issue())
    return place


async def _is_chain(place: Commanding) -> bool:
    """Every event is as it was written, from the newest back to the first."""
    key = await place.audit_key()
    events = [one for one in place.events() if isinstance(one, ChainedEvent)]
    rows = place.rows()["event"]
    digests = [chain.digest(row) for row in rows[1:]] + [chain.START]
    return [one.sequence for one in events] == list(range(len(rows), 0, -1)) and all(
        chain.verify(key, PROJECT, one) is Verdict.INTACT and one.previous == digest
        for one, digest in zip(events, digests, strict=True)
    )


@SUITE.check
async def check_put(world: LedgerWorld) -> None:
    """A secret is there with its event and its due copy; an update replaces it and counts on."""
    place = Commanding(world)
    first = await place.run(put("A", "one"))
    place.clock.now += 1000
    second = await place.run(put("A", "two"))

    assert (first[0], second[0]) == (1, 2), "the versions"
    assert (second[1], second[2]) == (first[1], first[1] + 1000), "the dates"
    assert await place.values() == {"A": "two"}
    assert len(place.rows()["version"]) == 2, "what can be rolled back to"
    assert place.actions() == ["secret.put", "secret.put"]
    assert [row.id for row in place.ledger.list(OUTBOX.kind, "due")] == ["A"]
    assert place.wakes == [first[1], first[1] + 1000], "nobody is woken for the copy"


@SUITE.check
async def check_delete(world: LedgerWorld) -> None:
    """A deleted secret is in no list, its number goes on, and a second deletion is not found."""
    place = Commanding(world)
    await place.run(put("A"), put("A"), command("secret.delete", name="A"))

    assert await place.values() == {}
    assert await place.run(command("secret.exists", name="A")) is False
    assert await place.page() == NO_SECRETS
    await raises(NotFound, place.run(command("secret.delete", name="A")))
    place.clock.now += 1
    version, created, updated = await place.run(put("A", "again"))
    assert (version, created == updated == place.clock.now) == (3, True), "a new one"
    assert place.actions() == ["secret.put", "secret.put", "secret.delete", "secret.put"]


@SUITE.check
async def check_bulk(world: LedgerWorld) -> None:
    """A bulk of 500 counts what is new and what is not, in one event."""
    place = Commanding(world)
    names = [f"N{number:03}" for number in range(500)]
    await place.run(put("N000"), put("N001"), command("secret.delete", name="N001"))

    assert await place.run(bulk(names, "all")) == [499, 1]
    assert await place.values() == dict.fromkeys(names, "all")
    assert place.actions()[3:] == ["secret.bulk"]
    assert len(place.ledger.list(OUTBOX.kind)) == 500, "the copies"


@SUITE.check
async def check_list(world: LedgerWorld) -> None:
    """Pages in name order with versions and dates; one that cannot be read stops nothing."""
    place = Commanding(world)
    await place.run(bulk(["B", "A", "C"]), put("A"))
    state = STATES.read(place.ledger.get(STATES.kind, ["B"])["B"])
    broken = STATES.put(state)
    place.ledger.commit([Put(broken.kind, "B", "{}", broken.keys)], {})
    now = iso(place.clock.now)

    first = await place.page(limit=2)
    second = await place.page(cursor=first["cursor"], limit=2)
    dates = dict.fromkeys(("createdAt", "updatedAt", "sealedAt"), now)
    more = {**dates, "updatedBy": ROOT.actor}
    unreadable = {"name": "B", "unreadable": True}
    assert first["secrets"] == [{"name": "A", "version": 2, **more}, unreadable]
    assert second == {"secrets": [{"name": "C", "version": 1, **more}], "count": 1}
    error = await raises(CorruptRecord, place.run(command("secret.exists", name="B")))
    assert "B" in error.message, "which one"
    await raises(CorruptRecord, place.run(put("B")))
    await place.run(command("secret.delete", name="B"))
    assert (await place.run(put("B")))[0] == 2, "its number was used again"


@SUITE.check
async def check_no_name(world: LedgerWorld) -> None:
    """What stands under a text that no secret has is listed as unreadable, and can be deleted."""
    place = Commanding(world)
    await place.run(put("A"))
    good = STATES.put(STATES.read(place.ledger.get(STATES.kind, ["A"])["A"]))
    for name in ("", "..", "a b", "x/y", "POSITRONIC_X", "\n", "N" * 500):
        place.ledger.commit([Put(good.kind, name, good.text, (name, None, None))], {})
        before = place.rows()["outbox"]

        unreadable = {"name": name, "unreadable": True}
        assert unreadable in (await place.page())["secrets"], repr(name)
        await place.run(command("secret.delete", name=name))
        assert len(place.rows()["secret"]) == 1, f"{name!r} stayed"
        assert place.rows()["outbox"] == before, "a copy of it that can never be"


@SUITE.check
async def check_broken_index(world: LedgerWorld) -> None:
    """A row that stands elsewhere in an index than it says is not read."""
    place = Commanding(world)
    await place.run(put("A"), put("B"))
    good = STATES.put(STATES.read(place.ledger.get(STATES.kind, ["A"])["A"]))
    place.ledger.commit([Put(good.kind, "A", good.text, ("Z", None, None))], {})

    assert (await place.page())["secrets"][1] == {"name": "A", "unreadable": True}, "shown as read"
    await raises(CorruptRecord, place.run(command("secret.exists", name="A")))


@SUITE.check
async def check_exists_opens(world: LedgerWorld) -> None:
    """A text of an older version, of another name, or none, is not what the state speaks of."""
    place = Commanding(world)
    await place.run(put("A", "old"), put("B"))
    old = VERSIONS.read(place.ledger.list(VERSIONS.kind)[0])
    await place.run(put("A", "new"))
    new = VERSIONS.read(place.ledger.list(VERSIONS.kind)[0])
    other = VERSIONS.read(place.ledger.list(VERSIONS.kind)[1])
    assert await place.run(command("secret.exists", name="A")) is True
    id_ = VERSIONS.id_of(new)
    for text in (VERSIONS.put(old).text, VERSIONS.put(other).text, "", "{}"):
        place.ledger.commit([Put(VERSIONS.kind, id_, text, ("k1",))], {})
        await raises(CorruptRecord, place.run(command("secret.exists", name="A")))
    place.ledger.commit([Delete(VERSIONS.kind, id_)], {})
    await raises(CorruptRecord, place.run(command("secret.exists", name="A")))


@SUITE.check
async def check_side_by_side(world: LedgerWorld) -> None:
    """Changes of one name at once are all made, one after the other, and none is lost."""
    place = Commanding(world)
    results = await asyncio.gather(*(place.run(put("A", f"v{number}")) for number in range(4)))

    assert sorted(result[0] for result in results) == [1, 2, 3, 4], "the versions"
    last = next(number for number, result in enumerate(results) if result[0] == 4)
    assert await place.values() == {"A": f"v{last}"}
    assert await _is_chain(place)


@SUITE.check
async def check_busy(world: LedgerWorld) -> None:
    """A change that others come before again and again is refused, and changed nothing."""
    place = Commanding(world)
    await place.run(put("A"))
    tries = 0
    seal_many = place.world.cipher.seal_many

    class Interrupting:
        """Seals, while somebody else writes the same name."""

        open = place.world.cipher.open

        async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
            nonlocal tries
            tries += 1
            await place.run(put("A", f"other {tries}"))
            return await seal_many(texts)

    slow = Commanding(LedgerWorld(Interrupting(), world.open))
    error = await raises(Busy, slow.run(put("A", "late")))

    assert error.headers["Retry-After"] == "1"
    assert tries == TRIES, "how often it was tried"
    assert await place.values() == {"A": f"other {TRIES}"}


@SUITE.check
async def check_token(world: LedgerWorld) -> None:
    """A token may do what its role may; another secret, an unknown id and none may nothing."""
    place = await _filled(world)
    await place.run(put("T", caller=shown()))
    before = place.rows() | {"event": []}

    await raises(Forbidden, place.run(issue("e" * 16, shown())))
    await raises(TokenRefused, place.run(put("T", caller=shown("wrong"))))
    await raises(Unauthenticated, place.run(put("T", caller=shown(id_="a" * 16))))
    await raises(TokenRefused, place.run(command("secret.list", shown("wrong"), limit=9)))
    assert place.rows() | {"event": []} == before, "a refused call changed something"
    assert place.actions()[-2:] == ["secret.put", "token.use"], "or did more than to be noted"
    events = [one for one in place.events() if isinstance(one, ChainedEvent)]
    assert events[1].event.actor == {"type": "token", "id": TOKEN_ID, "name": "ci"}


@SUITE.check
async def check_revoked_meanwhile(world: LedgerWorld) -> None:
    """A token that is revoked while its change is being sealed changes nothing."""
    place = await _filled(world)
    seal_many = place.world.cipher.seal_many

    class Revoking:
        """Seals, and the token is revoked meanwhile."""

        open = place.world.cipher.open

        async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
            await settled(place.run(command("token.revoke", id=TOKEN_ID)))
            return await seal_many(texts)

    slow = Commanding(LedgerWorld(Revoking(), world.open))
    await raises(Unauthenticated, slow.run(put("A", "late", caller=shown())))

    assert (await place.values())["A"] == "value"
    assert place.actions()[-1] == "token.revoke"


@SUITE.check
async def check_expired_meanwhile(world: LedgerWorld) -> None:
    """A token that expires while its change is being sealed changes nothing."""
    place = Commanding(world)
    await place.run(issue(expires_in=10))
    seal_many = place.world.cipher.seal_many

    class Late:
        """Seals, which takes an hour."""

        open = place.world.cipher.open

        async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
            place.clock.now += 3_600_000
            return await seal_many(texts)

    slow = Commanding(LedgerWorld(Late(), world.open), place.clock)
    await raises(TokenRefused, slow.run(put("A", caller=shown())))

    assert await place.values() == {}


@SUITE.check
async def check_changed_token(world: LedgerWorld) -> None:
    """A token's row that was changed opens nothing, and can be revoked."""
    place = await _filled(world)
    row = place.ledger.get(TOKENS.kind, [TOKEN_ID])[TOKEN_ID]
    for text in (row.text.replace('"writer"', '"admin"'), "{}", "garbage"):
        place.ledger.commit([Put(TOKENS.kind, TOKEN_ID, text, row.keys)], {})
        await raises(Unauthenticated, place.run(command("secret.list", shown(), limit=9)))
    assert (await place.run(command("token.list", limit=9)))[0] == [[TOKEN_ID]]
    await place.run(command("token.revoke", id=TOKEN_ID))
    assert await place.run(command("token.list", limit=9)) == [[], None]


@SUITE.check
async def check_other_newest_key(world: LedgerWorld) -> None:
    """A command of an entry with another newest key is not carried out: it may be sent again."""
    place = await _filled(world)
    before = place.rows()
    for wrong in (put("A", newest="k2"), command("secret.list", newest="k2", limit=9)):
        await raises(Busy, place.run(wrong))

    assert place.rows() == before


@SUITE.check
async def check_unknown_command(world: LedgerWorld) -> None:
    """One of another version of the Worker: it is not said that an earlier try made nothing."""
    place = await _filled(world)
    before = place.rows()

    await raises(Busy, place.run(command("secret.invented", name="A")))
    assert place.rows() == before


@SUITE.check
async def check_strangers(world: LedgerWorld) -> None:
    """Tokens of a project that nobody wrote to leave no table behind."""
    place = Commanding(world)
    for number in range(20):
        token = shown(id_=f"{number:016x}")
        await raises(Unauthenticated, place.run(command("secret.list", token, limit=9)))
        await raises(Unauthenticated, place.run(put("A", caller=token)))
    assert await place.page() == NO_SECRETS
    await raises(NotFound, place.run(command("secret.delete", name="A")))

    assert world.left_behind() == []


@SUITE.check
async def check_chain(world: LedgerWorld) -> None:
    """An event that is changed, removed from the middle, moved or planted breaks the chain."""
    place = Commanding(world)
    await place.run(put("A"), put("B"), put("C"))
    assert await _is_chain(place)
    kind = EVENTS.kind
    _, middle, oldest = place.ledger.list(kind)
    tampered = (
        [Put(kind, middle.id, middle.text.replace('"B"', '"X"'), middle.keys)],
        [Delete(kind, middle.id)],
        [Put(kind, middle.id, oldest.text, oldest.keys)],
        [Delete(kind, oldest.id)],
    )
    for changes in tampered:
        place.ledger.commit(changes, {})
        assert not await _is_chain(place), f"not noticed: {changes}"
        place.ledger.commit([Put(kind, row.id, row.text, row.keys) for row in (middle, oldest)], {})
        assert await _is_chain(place), "put back"


def _verdicts(listed: list[list[object]]) -> list[object]:
    """Of the readable events of a page, newest first."""
    return [one[3] for one in listed if len(one) > 3]


@SUITE.check
async def check_missing_events(world: LedgerWorld) -> None:
    """The event after one that was removed says so, on whichever page they are; no other does."""
    place = Commanding(world)
    await place.run(*(put("A") for _ in range(6)))
    rows = place.ledger.list(EVENTS.kind)
    place.ledger.commit([Delete(EVENTS.kind, rows[2].id), Delete(EVENTS.kind, rows[5].id)], {})
    for limit in (1, 2, 3, 9):
        found: list[object] = []
        cursor: str | None = None
        while True:
            page, cursor, _ = await place.run(command("audit.list", cursor=cursor, limit=limit))
            found += _verdicts(page)
            if cursor is None:
                break
        assert found == ["intact", "changed", "intact", "changed"], f"pages of {limit}"


@SUITE.check
async def check_retention(world: LedgerWorld) -> None:
    """Events go when their time is over, oldest first, and what is left is intact all the same."""
    place = Commanding(world)
    await place.run(*(put("A") for _ in range(10)))
    place.clock.now += AUDIT_RETENTION // 2
    await place.run(*(put("A") for _ in range(3)))
    assert len(place.events()) == 13, "too early"
    place.clock.now += AUDIT_RETENTION // 2 + 1
    await place.run(command("audit.trim"), *(put("A") for _ in range(4)))

    page, *_ = await place.run(command("audit.list", limit=99))
    assert _verdicts(page) == ["intact"] * 7, "three of the middle, and four new ones"
    await place.run(put("A"))
    assert len(place.events()) == 8, "one went too early"
    oldest = place.ledger.list(EVENTS.kind)[-1]
    place.ledger.commit([Delete(EVENTS.kind, oldest.id)], {})
    page, *_ = await place.run(command("audit.list", limit=99))
    assert _verdicts(page) == ["intact"] * 6 + ["changed"], "removed by somebody else"


@SUITE.check
async def check_retention_believes_no_row(world: LedgerWorld) -> None:
    """A row that says that an event is old, or that more was removed, makes nothing go."""
    place = Commanding(world)
    await place.run(*(put("A") for _ in range(6)))
    rows = place.ledger.list(EVENTS.kind)
    dated = [Put(EVENTS.kind, row.id, row.text, (row.keys[0], 1)) for row in rows]
    place.ledger.commit(dated, {})
    await place.run(put("A"), put("A"), command("audit.trim"))
    assert len(place.events()) == 8, "dated back by somebody else"
    newest = place.ledger.list(EVENTS.kind)[0]
    forged = Trimmed(7, chain.START, Signature("k1", "0" * 64))
    others = [Delete(EVENTS.kind, row.id) for row in place.ledger.list(EVENTS.kind)[1:]]
    place.ledger.commit([*others, TRIMMED.put(forged)], {})
    place.clock.now += 2 * AUDIT_RETENTION
    await place.run(put("A"), put("A"), command("audit.trim"))

    page, *_ = await place.run(command("audit.list", limit=9))
    assert newest.id in {row.id for row in place.ledger.list(EVENTS.kind)}
    assert _verdicts(page) == ["intact", "intact", "changed"], "nobody signed for seven events"


@SUITE.check
async def check_foreign_events(world: LedgerWorld) -> None:
    """A row among the events that has no place in the chain, or cannot be read, stops no change."""
    place = Commanding(world)
    await place.run(put("A"))
    newest = place.ledger.list(EVENTS.kind)[0]
    planted = [Put(EVENTS.kind, id_, "text", (None, None)) for id_ in ("", "0" * 16, "bad id")]
    broken = Put(EVENTS.kind, newest.id, "text", newest.keys)
    place.ledger.commit([*planted, broken], {})
    await place.run(put("A"), put("A"))

    readable = [one for one in place.events() if isinstance(one, ChainedEvent)]
    assert [one.sequence for one in readable] == [3, 2]
    assert len((await place.run(command("audit.list", limit=9)))[0]) == 6, "not all are listed"


@SUITE.check
async def check_refused_token_is_noted(world: LedgerWorld) -> None:
    """A known token that did not open is in the log, under its name, and in the chain."""
    place = await _filled(world)
    change = put("A", caller=shown("wrong"))
    for _ in range(3):
        await raises(TokenRefused, place.run(change))

    assert place.actions()[-2:] == ["token.create", "token.use"], "one for all guesses of a minute"
    noted = place.events()[0]
    assert isinstance(noted, ChainedEvent), "it cannot be read"
    assert (noted.event.action, noted.event.outcome) == ("token.use", "refused")
    assert noted.event.actor["id"] == TOKEN_ID
    assert await _is_chain(place)
