"""What is promised of an adoption: everything genuine is brought, once, and nothing else is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.commanding import ROOT, SECRET, TOKEN_ID, Commanding, command, put, shown
from contracts.fake_kv import FakeKv
from contracts.ledger_world import LedgerWorld
from contracts.old_kv import DATE, OldEntry, OldKv
from contracts.suite import Suite, raises, settled
from contracts.unreadable import BAD_METADATA, BAD_NAMES
from contracts.worlds import KEYS, OTHER_PROJECT, PROJECT, Clock
from positronic.adoption.leftovers import Leftovers
from positronic.adoption.standing import REMEMBERED, Standing
from positronic.audit.events import decode
from positronic.commands.adopt_commands import KEPT
from positronic.commands.command import Command
from positronic.errors import Adopting, Busy, Forbidden, StoreFailed, Unauthenticated
from positronic.ledger.adoption_rows import ADOPTED_ID, ADOPTING_ID, WAITING
from positronic.ledger.copy_rows import OUTBOX
from positronic.ledger.secret_rows import STATES
from positronic.ledger.setting_rows import SETTING
from positronic.ledger.token_rows import TOKENS
from positronic.ports import Sealing
from positronic.roles import Role
from positronic.stores.kv.first_layout import KvFirstLayout
from positronic.stores.kv.folder import Namespace
from positronic.times import LAST_RETRY

SUITE: Suite[LedgerWorld] = Suite("adoption")

BAD_TOKENS: Sequence[object] = (
    *("garbage", [], {}, None, 7, {"name": "px_x"}, {"name": ""}, {"name": 1}, {"role": "root"}),
    *({"role": "Reader"}, {"role": None}, {"role": ["reader"]}, {"hash": None}, {"hash": "ab"}),
    *({"hash": "é" * 64}, {"hash": "AB" * 32}, {"mac": 7}, {"mac": "é" * 64}, {"mac": ""}),
    *({"keyId": None}, {"keyId": "no spaces"}, {"keyId": "k" * 33}, {"createdAt": "1"}),
    *({"createdAt": 0}, {"createdAt": 1.5}, {"expiresAt": -1}, {"expiresAt": True}),
    *({"expiresAt": 2**63}, {"createdAt": None}, {"expiresAt": "never"}),
)

NAMES = [f"N{number:03}" for number in range(130)]
NOW = Clock()()
LATELY = NOW - 60_000  # what is older than the retention is not kept
NEWER = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="


@dataclass(slots=True)
class Counting:
    """A namespace that counts what it is asked; `broken`: it fails; `refused`: this key.

    A key that cannot be read fails every read that asks for it.
    """

    inner: FakeKv = field(default_factory=FakeKv)
    calls: int = 0
    broken: bool = False
    refused: str = ""

    async def getWithMetadata(self, key: Sequence[str]) -> Any:  # noqa: ANN401, N802
        if self.broken or self.refused in key:
            raise StoreFailed("as the check wanted")
        self.calls += 1
        return await self.inner.getWithMetadata(key)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a method of the namespace
        self.calls += 1
        if self.broken:
            raise StoreFailed("as the check wanted")
        return getattr(self.inner, name)


@dataclass(slots=True)
class Moving:
    """A place whose project is in KV, and that KV."""

    place: Commanding
    kv: Counting
    old: OldKv

    async def write(self, *entries: OldEntry) -> None:
        for entry in entries:
            beside = {} if entry.metadata is None else {"metadata": entry.metadata}
            await self.kv.inner.put(entry.key, entry.text, **beside)

    async def keys(self, prefix: str) -> list[str]:
        found = await self.kv.inner.list(prefix=prefix)
        return [key["name"] for key in found["keys"]]

    async def steps(self, is_known: bool = False) -> list[dict[str, Any]]:
        """All of them, as an entry asks for them: the project is known after the first."""
        found = [await self.place.run(adopt(is_known=is_known))]
        while found[-1]["state"] == "adopting":
            found.append(await self.place.run(adopt(is_known=True)))
            assert len(found) < 50, "it never ends"
        return found

    async def adopted(self, is_known: bool = False) -> dict[str, Any]:
        return (await self.steps(is_known))[-1]


def moving(world: LedgerWorld) -> Moving:
    kv = Counting()
    place = Commanding(world)
    place.standing = standing(kv)
    return Moving(place, kv, OldKv(world.cipher))


def standing(kv: Counting) -> Standing:
    namespace: Namespace = kv
    return Standing(KvFirstLayout(namespace, PROJECT))


def adopt(*, is_known: bool = True, newest: str = "k1") -> Command:
    return command("project.adopt", needs=Role.ADMIN, newest=newest, isKnown=is_known)


def settings(place: Commanding) -> set[str]:
    return {row.id for row in place.ledger.list(SETTING)}


async def _filled(world: LedgerWorld, names: Sequence[str] = ("A", "B")) -> Moving:
    """These secrets, a token and two events, in KV."""
    found = moving(world)
    await found.write(*[await found.old.secret(name) for name in names])
    await found.write(found.old.token(TOKEN_ID, SECRET))
    await found.write(found.old.event(LATELY, "secret.put", "A"))
    await found.write(found.old.event(LATELY + 1, "secret.put", "B"))
    return found


@SUITE.check
async def check_fresh_project(world: LedgerWorld) -> None:
    """Where KV has nothing, the first commit says so, and KV is never looked at again."""
    found = moving(world)
    await found.place.run(put("A"))
    calls = found.kv.calls
    found.place.standing = standing(found.kv)
    await found.write(await found.old.secret("PLANTED"), found.old.token(TOKEN_ID, SECRET))
    found.place.clock.now += 10 * REMEMBERED
    await found.place.run(put("B"))

    assert calls == 3, "one look a kind"
    assert found.kv.calls == calls, "it looked again"
    assert await found.place.values() == {"A": "value", "B": "value"}
    await raises(Unauthenticated, found.place.run(command("secret.list", shown(), limit=9)))


@SUITE.check
async def check_refused_before(world: LedgerWorld) -> None:
    """Whatever is asked before the adoption is refused, with how to go on; nothing is written."""
    for entry in ("secret", "token", "event"):
        found = moving(world)
        one = {
            "secret": await found.old.secret("A"),
            "token": found.old.token(TOKEN_ID, SECRET),
            "event": found.old.event(DATE, "secret.put", "A"),
        }[entry]
        await found.write(one)
        for asked in (put("A"), command("secret.list", limit=9), command("keys.rotate")):
            error = await raises(Adopting, found.place.run(asked))
            assert "px project adopt" in error.message, entry
        assert world.left_behind() == [], entry
        assert found.place.rows()["setting"] == [], entry


@SUITE.check
async def check_what_no_event_can_hold(world: LedgerWorld) -> None:
    """Many long keys, and an event that is larger than a row, stop no adoption."""
    found = await _filled(world)
    large = found.old.event(LATELY, "secret.put", "A")
    names = json.dumps({**json.loads(large.text), "names": ["é" * 30_000] * 6}, ensure_ascii=False)
    await found.write(replace(large, text=names))
    planted = [f"{PROJECT}/secret/{number:03}" + "\x01" * 490 for number in range(KEPT)]
    await found.write(*(OldEntry(key, "text") for key in planted))
    answer = await found.adopted()

    assert (answer["secrets"], answer["failedCount"]) == (2, KEPT)
    assert (answer["events"], answer["unverified"]) == (3, 1)


@SUITE.check
async def check_strangers(world: LedgerWorld) -> None:
    """Somebody who may not ask causes no look at KV and no row, and learns nothing."""
    found = await _filled(world)
    calls = found.kv.calls
    await raises(Unauthenticated, found.place.run(command("secret.list", shown(), limit=9)))
    await raises(Unauthenticated, found.place.run(adopt()._replace(caller=shown())))
    reader = ROOT._replace(role=Role.READER)
    await raises(Forbidden, found.place.run(adopt()._replace(caller=reader)))

    assert found.kv.calls == calls
    assert world.left_behind() == []


@SUITE.check
async def check_nothing_is_remembered(world: LedgerWorld) -> None:
    """That there is nothing is remembered for a minute."""
    found = moving(world)
    for _ in range(3):
        await found.place.run(command("secret.list", limit=9))
    assert found.kv.calls == 3, "one look a kind"
    await found.write(await found.old.secret("A"))
    await found.place.run(command("secret.list", limit=9))
    found.place.clock.now += REMEMBERED

    await raises(Adopting, found.place.run(command("secret.list", limit=9)))


@SUITE.check
async def check_all_is_brought(world: LedgerWorld) -> None:
    """Secrets with their versions and dates, tokens with their roles; the account counts them."""
    found = await _filled(world, NAMES)
    await found.write(await found.old.secret("A", "newer", version=7, updated=DATE + 5))
    steps = await found.steps()

    last = steps[-1]
    assert [one["state"] for one in steps] == ["adopting"] * (len(steps) - 1) + ["adopted"]
    assert [one["remaining"] for one in steps] == [134, 34, 0, 0]
    assert (last["secrets"], last["tokens"], last["events"]) == (131, 1, 2)
    assert (last["failed"], last["failedCount"], last["unverified"]) == ([], 0, 0)
    place = found.place
    assert await place.values() == dict.fromkeys(NAMES, "value") | {"A": "newer"}
    state = STATES.read(place.ledger.get(STATES.kind, ["A"])["A"])
    brought = state.metadata
    assert (brought.version, brought.created_at, brought.updated_at) == (7, DATE, DATE + 5)
    assert (await place.run(put("A", caller=shown())))[0] == 8, "the token opens, and it counts on"


@SUITE.check
async def check_refused_during(world: LedgerWorld) -> None:
    """Until the last step everything else is refused, also to a token that was brought."""
    found = await _filled(world, NAMES)
    place, is_through = found.place, False
    while not is_through:
        is_through = (await place.run(adopt()))["state"] == "adopted"
        asked = [put("A"), command("secret.list", limit=9), command("keys.rotate")]
        for one in [] if is_through else asked:
            await raises(Adopting, place.run(one))
        fresh = Commanding(world, place.clock, standing=standing(found.kv))
        if not is_through:
            await raises(Adopting, fresh.run(put("A")))

    await place.run(put("A"))
    assert ADOPTED_ID in settings(place)
    assert ADOPTING_ID not in settings(place)


@SUITE.check
async def check_asked_again(world: LedgerWorld) -> None:
    """An adoption that is over answers with its account, and brings nothing that came later."""
    found = await _filled(world)
    first = await found.adopted()
    await found.write(await found.old.secret("PLANTED"), await found.old.secret("A", "old"))
    calls, before = found.kv.calls, found.place.rows()

    assert await found.place.run(adopt()) == first
    assert (found.kv.calls, found.place.rows()) == (calls, before)


@SUITE.check
async def check_nothing_to_adopt(world: LedgerWorld) -> None:
    """Where there is nothing, it says so and leaves nothing."""
    found = moving(world)
    account = await found.adopted()

    assert (account["state"], account["secrets"], account["remaining"]) == ("adopted", 0, 0)
    assert world.left_behind() == []


@SUITE.check
async def check_forged(world: LedgerWorld) -> None:
    """What does not open is named with its reason, is not brought, and stops nothing."""
    found = await _filled(world)
    old = found.old
    other = OldKv(world.cipher, OTHER_PROJECT)
    lost = OldKv(world.cipher, keys="lost:" + KEYS.partition(":")[2])
    a, moved = await old.secret("A"), await other.secret("MOVED")
    assert a.metadata is not None
    planted = {
        "RENAMED": a,
        "MOVED": moved,
        "REDATED": replace(await old.secret("REDATED"), metadata={**a.metadata, "version": 2}),
        "BARE": replace(await old.secret("BARE"), metadata=None),
        "GARBAGE": OldEntry("", "garbage", a.metadata),
        "LOST": await lost.secret("LOST"),
        "no name": a,
        "POSITRONIC_X": await old.secret("POSITRONIC_X"),
    }
    for name, entry in planted.items():
        await found.write(replace(entry, key=f"{PROJECT}/secret/{name}"))
    raised = old.token("1" * 16, SECRET)
    await found.write(
        replace(raised, text=raised.text.replace('"writer"', '"admin"')),
        replace(other.token("2" * 16, SECRET), key=f"{PROJECT}/token/{'2' * 16}"),
        replace(raised, key=f"{PROJECT}/token/{'3' * 16}"),
        replace(raised, key=f"{PROJECT}/token/bad id"),
        OldEntry(f"{PROJECT}/token/{'4' * 16}", "[[["),
        lost.token("5" * 16, SECRET),
    )
    account = await found.adopted()

    failed = {label: code for code, _, label in account["failed"]}
    assert failed == {
        **dict.fromkeys(("RENAMED", "MOVED", "REDATED", "BARE", "GARBAGE"), "corrupt_record"),
        "LOST": "unknown_key",
        "no name": "invalid_name",
        "POSITRONIC_X": "reserved_name",
        **{f"token {digit * 16}": "corrupt_record" for digit in "1234"},
        "token bad id": "corrupt_record",
        f"token {'5' * 16}": "unknown_key",
    }
    assert (account["secrets"], account["tokens"]) == (2, 1)
    assert await found.place.values() == {"A": "value", "B": "value"}
    assert [row.id for row in found.place.ledger.list(TOKENS.kind)] == [TOKEN_ID]


@SUITE.check
async def check_broken(world: LedgerWorld) -> None:
    """Whatever an entry's name, metadata or text is, it is left out and stops nothing."""
    found = await _filled(world)
    good, token = await found.old.secret("A"), found.old.token("f" * 16, SECRET)
    assert good.metadata is not None
    planted = [replace(good, key=f"{PROJECT}/secret/{name}") for name in BAD_NAMES]
    for number, bad in enumerate(BAD_METADATA):
        metadata: Any = {**good.metadata, **bad} if isinstance(bad, dict) and bad else bad
        entry = await found.old.secret(f"M{number}")
        planted.append(replace(entry, metadata=metadata))
    for number, bad in enumerate(BAD_TOKENS):
        changed = json.loads(token.text) | bad if isinstance(bad, dict) and bad else bad
        text = changed if isinstance(changed, str) else json.dumps(changed)
        planted.append(OldEntry(f"{PROJECT}/token/{number:016x}", text))
    await found.write(*planted)
    account = await found.adopted()

    assert account["failedCount"] == len(planted)
    assert (account["secrets"], account["tokens"]) == (2, 1)
    assert await found.place.values() == {"A": "value", "B": "value"}


@SUITE.check
async def check_many_broken(world: LedgerWorld) -> None:
    """Each secret that does not open is remembered, so that no sweep removes all there is of it."""
    found = await _filled(world)
    good = await found.old.secret("A")
    keys = [f"{PROJECT}/secret/BROKEN_{number}" for number in range(KEPT + 10)]
    await found.write(*[replace(good, key=key) for key in keys])
    account = await found.adopted()

    assert account["failedCount"] == len(keys)
    assert found.place.ledger.count(WAITING.kind, "failed") == len(keys)


@SUITE.check
async def check_events(world: LedgerWorld) -> None:
    """Old events are in the chain, the oldest first, as they were; wrong ones say so for good."""
    found = await _filled(world)
    old, other = found.old, OldKv(world.cipher, OTHER_PROJECT)
    changed, moved = old.event(LATELY + 2, "secret.delete", "C"), other.event(LATELY + 3, "x")
    lost = OldKv(world.cipher, keys="lost:" + KEYS.partition(":")[2]).event(LATELY + 4, "y")
    late = old.event(LATELY + 5, "z")
    await found.write(
        replace(changed, text=changed.text.replace('"C"', '"D"')),
        replace(moved, key=moved.key.replace("a-b/", "a/")),
        lost,
        replace(late, text=late.text.replace(str(LATELY + 5), str(NOW * 2))),
        OldEntry(f"{PROJECT}/audit/no id", "[[["),
        OldEntry(f"{PROJECT}/audit/{'f' * 32}", '{"time":1e999}'),
        replace(late, key=f"{PROJECT}/audit/copied"),
    )
    account = await found.adopted()
    listed, *_ = await found.place.run(command("audit.list", limit=99))

    assert (account["events"], account["unverified"], account["failed"]) == (9, 7, [])
    events = [decode(id_, text) for id_, text, *_ in reversed(listed)]
    verdicts = {one[0]: one[3] for one in listed}
    assert [one.action for one in events if verdicts[one.id] == "intact"] == [
        *("secret.put", "secret.put", "project.adopt")
    ]
    assert sorted(verdicts.values()) == ["changed"] * 6 + ["intact"] * 3 + ["unknown_key"]
    assert all(one.time <= NOW for one in events), "dated after now by somebody"


@SUITE.check
async def check_never_after_a_loss(world: LedgerWorld) -> None:
    """A known project has lost its ledger: no token and no event is believed."""
    found = await _filled(world)
    account = await found.adopted(is_known=True)

    assert account["afterLoss"] is True
    assert (account["secrets"], account["tokens"], account["events"]) == (2, 0, 0)
    assert found.place.ledger.list(TOKENS.kind) == []
    assert found.place.actions() == ["project.adopt"]
    await raises(Unauthenticated, found.place.run(command("secret.list", shown(), limit=9)))


@SUITE.check
async def check_last_step_needs_the_directory(world: LedgerWorld) -> None:
    """It is not over before the directory knows the project, or a loss could not be told later."""
    found = await _filled(world)
    answers = [await found.place.run(adopt(is_known=False)) for _ in range(5)]
    answer = answers[-1]
    assert (answer["state"], answer["remaining"]) == ("adopting", 0)

    assert (await found.place.run(adopt()))["state"] == "adopted"
    assert len(found.place.ledger.list(TOKENS.kind)) == 1, "begun as what it was"


@SUITE.check
async def check_whole_or_not_at_all(world: LedgerWorld) -> None:
    """Whichever statement of a step fails, all is as before; then the step can be made."""
    found = await _filled(world)
    place, state, is_known = found.place, "adopting", False
    while state == "adopting":
        before, spare, step = place.rows(), 0, adopt(is_known=is_known)
        while True:
            try:
                answer: Any = await place.place(world.failing(spare)).run(step)
                break
            except StoreFailed:
                spare += 1
            assert place.rows() == before, f"statement {spare} left something"
            assert spare < 500, "it never ends"
        state, is_known = answer["state"], True
        assert spare >= 3, "it has fewer statements than were to fail"
    assert await place.values() == {"A": "value", "B": "value"}
    assert place.actions() == ["secret.put", "secret.put", "project.adopt"]


@SUITE.check
async def check_called_twice_at_once(world: LedgerWorld) -> None:
    """Two adoptions side by side bring each entry once."""
    found = await _filled(world, NAMES)
    place, states = found.place, ["adopting"]
    await place.run(adopt(is_known=False))
    while "adopted" not in states:
        answers = await asyncio.gather(
            *(place.run(adopt()) for _ in range(3)), return_exceptions=True
        )
        assert all(isinstance(one, (dict, Busy)) for one in answers), answers
        states = [one["state"] for one in answers if isinstance(one, dict)]
    last = await place.run(adopt())

    assert (last["secrets"], last["tokens"], last["events"]) == (130, 1, 2)
    assert place.actions().count("project.adopt") == 1
    assert len(await place.values()) == 130


@SUITE.check
async def check_kv_changes_between_steps(world: LedgerWorld) -> None:
    """What is rewritten counts as it is when it is opened; what disappears is named."""
    found = await _filled(world, ["A", "B", "C"])
    await found.place.run(adopt(is_known=False))
    await found.write(
        await found.old.secret("A", "rewritten", version=2),
        await found.old.secret("LATE"),
        OldEntry(f"{PROJECT}/secret/C", "garbage"),
    )
    await found.kv.inner.delete(f"{PROJECT}/secret/B")
    account = await found.adopted(is_known=True)

    failed = {label: code for code, _, label in account["failed"]}
    assert failed == {"B": "not_found", "C": "corrupt_record"}
    assert await found.place.values() == {"A": "rewritten"}, "or LATE, which was not listed"


@SUITE.check
async def check_kv_fails(world: LedgerWorld) -> None:
    """A step in which KV fails changes nothing, and is made later."""
    found = await _filled(world)
    for _ in range(2):
        before, found.kv.broken = found.place.rows(), True
        await raises(StoreFailed, found.place.run(adopt()))
        assert found.place.rows() == before
        found.kv.broken = False
        await settled(found.place.run(adopt(is_known=False)))
    assert (await found.adopted(is_known=True))["secrets"] == 2


@SUITE.check
async def check_huge_entry(world: LedgerWorld) -> None:
    """An entry that KV never gives is named, and stops only itself: once deleted, all goes on."""
    found = await _filled(world, ["A", "B", "C"])
    found.kv.refused = f"{PROJECT}/secret/B"
    await found.place.run(adopt(is_known=False))
    error: StoreFailed | None = None
    while error is None:
        try:
            await found.place.run(adopt())
        except StoreFailed as failed:
            error = failed
    assert "B" in error.message.split()[4], error.message
    assert await found.place.values() == {"A": "value"}

    await found.kv.inner.delete(f"{PROJECT}/secret/B")
    found.kv.refused = ""
    account = await found.adopted(is_known=True)
    assert (account["secrets"], [label for _, _, label in account["failed"]]) == (2, ["B"])


@SUITE.check
async def check_rotation_in_the_middle(world: LedgerWorld) -> None:
    """A newer master key that comes meanwhile changes nothing for what is brought."""
    found = await _filled(world, NAMES)
    await found.place.run(adopt(is_known=False))
    await found.place.run(adopt())
    newer = Commanding(world, found.place.clock, f"{NEWER},{KEYS}", standing=standing(found.kv))
    await raises(Busy, newer.run(adopt()))
    state = "adopting"
    while state == "adopting":
        state = (await newer.run(adopt(newest="k2")))["state"]
    while (await newer.run(command("keys.rotate", newest="k2")))[1]:
        pass

    alone = Commanding(world, found.place.clock, NEWER, standing=standing(found.kv))
    assert await alone.values() == dict.fromkeys(NAMES, "value")
    await alone.run(command("secret.list", shown(), newest="k2", limit=9))


@SUITE.check
async def check_other_change_came_first(world: LedgerWorld) -> None:
    """A change that found KV empty does not end an adoption that began before its commit."""
    found = moving(world)
    place = found.place
    seal_many = world.cipher.seal_many

    class Late:
        """Seals, while an adoption begins."""

        open = world.cipher.open

        async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
            await found.write(await found.old.secret("OLD"))
            await place.run(adopt(is_known=False))
            return await seal_many(texts)

    slow = Commanding(LedgerWorld(Late(), world.open), place.clock, standing=standing(found.kv))
    await raises(Adopting, slow.run(put("A")))
    await found.adopted(is_known=True)

    assert await place.values() == {"OLD": "value"}


@SUITE.check
async def check_copies_and_leftovers(world: LedgerWorld) -> None:
    """All copies are due after it, the alarm is set, and old tokens and events leave KV."""
    found = await _filled(world, NAMES)
    await found.adopted()
    place = found.place

    assert [row.id for row in place.ledger.list(OUTBOX.kind)] == NAMES
    assert place.wakes[-1] == place.clock.now, "nobody is woken"
    leftovers = Leftovers(place.ledger, place.standing.first, place.clock)
    found.kv.broken = True
    await leftovers.step()
    found.kv.broken = False
    assert await found.keys(f"{PROJECT}/token/") != []
    await leftovers.step()
    assert await found.keys(f"{PROJECT}/token/") != [], "too early"
    place.clock.now += LAST_RETRY
    while leftovers.next() is not None:
        await leftovers.step()
    assert await found.keys(f"{PROJECT}/token/") == await found.keys(f"{PROJECT}/audit/") == []
    assert len(await found.keys(f"{PROJECT}/secret/")) == 130


@SUITE.check
async def check_its_event(world: LedgerWorld) -> None:
    """The adoption is an event, which names what was not brought."""
    found = await _filled(world)
    await found.write(OldEntry(f"{PROJECT}/secret/BAD", "garbage"))
    await found.adopted()
    event = found.place.events()[0]

    assert found.place.actions()[-1] == "project.adopt"
    assert event.event.names == (PROJECT, "BAD")  # type: ignore[union-attr]
    assert [row.id for row in found.place.ledger.list(WAITING.kind)] == ["secret/BAD"]
