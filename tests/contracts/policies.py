"""What is promised of policies: they change no value, and what they refuse, nobody reads."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from contracts.commanding import ROOT, Commanding, bulk, command, issue, put, shown
from contracts.ledger_world import LedgerWorld
from contracts.rotation_commands import NEWER
from contracts.suite import Suite, raises
from contracts.worlds import KEYS
from positronic.commands.command import Command, TokenShown
from positronic.commands.removals import Removals
from positronic.copies.drain import Drain
from positronic.copies.memory import MemoryCopies
from positronic.errors import (
    Forbidden,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    SecretExpired,
)
from positronic.ledger.secret_rows import STATES
from positronic.roles import Principal, Role
from positronic.rows import Put
from positronic.secrets.policy import KEPT_VERSIONS, Policy
from positronic.times import DAY

SUITE: Suite[LedgerWorld] = Suite("policies")

FOREVER: Final = 10_000 * DAY


def _policy(name: str, caller: Principal | TokenShown = ROOT, **fields: object) -> Command:
    return command("secret.policy", caller, needs=Role.WRITER, name=name, fields=fields)


async def _due(place: Commanding, within: int = FOREVER) -> list[tuple[str, Any]]:
    found, _ = await place.run(command("secret.due", within=within, limit=99))
    return [(one["name"], one.get("due")) for one in found]


@SUITE.check
async def check_due(world: LedgerWorld) -> None:
    """Soonest first, in pages, with what was due before, and without what was deleted."""
    place = Commanding(world)
    now = place.clock.now
    await place.run(bulk(["A", "B", "C", "D", "E"]))
    await place.run(
        *(_policy("A", expires_at=now + 9 * DAY), _policy("B", rotate_every=3)),
        *(_policy("C", expires_at=now - DAY, rotate_every=7), _policy("D", expires_at=now + 1)),
        *(command("secret.delete", name="D"), _policy("E", note="no date")),
    )
    first, cursor = await place.run(command("secret.due", within=FOREVER, limit=2))
    rest, last = await place.run(command("secret.due", within=FOREVER, limit=2, cursor=cursor))

    assert await _due(place) == [("C", now - DAY), ("B", now + 3 * DAY), ("A", now + 9 * DAY)]
    assert [one["name"] for one in (*first, *rest)] == ["C", "B", "A"]
    assert last is None
    assert await _due(place, 3 * DAY) == [("C", now - DAY)]
    assert [name for name, _ in await _due(place, 3 * DAY + 1)] == ["C", "B"]
    await raises(InvalidRequest, place.run(command("secret.due", within=1, limit=9, cursor="x")))


@SUITE.check
async def check_what_stays(world: LedgerWorld) -> None:
    """A policy changes no version and no text; a new value and a rotation change no policy."""
    place = Commanding(world)
    await place.run(put("A"))
    before = place.rows()["version"]
    told = await place.run(_policy("A", note="n", rotate_every=3, keep_versions=2, keep_days=0))
    assert place.rows()["version"] == before
    place.clock.now += DAY
    await place.run(put("A", "newer"))
    rotated = Commanding(world, place.clock, f"{NEWER},{KEYS}")
    await rotated.run(command("keys.rotate", newest="k2"))
    after = await rotated.run(command("secret.policy-of", newest="k2", name="A"))

    assert (after["version"], after["sealedAt"]) == (2, place.clock.now)
    assert after["due"] == place.clock.now + 3 * DAY
    same = ("note", "rotate_every", "expires_at", "enforce", "keep_versions", "keep_days", "why")
    assert {key: after[key] for key in same} == {key: told[key] for key in same}


@SUITE.check
async def check_refused(world: LedgerWorld) -> None:
    """From the millisecond of its end on, whoever reads several names; then it can be lifted."""
    place = Commanding(world)
    end = place.clock.now + 1_000
    await place.run(bulk(["A", "B"]), _policy("A", expires_at=end, enforce=True))
    read = command("brain.read", names=["A", "B"])
    place.clock.now = end - 1
    assert [one[6] for one in await place.run(read)] == [None, None]
    place.clock.now = end
    await raises(SecretExpired, place.run(command("brain.read", names=["A", "B"])))
    await raises(SecretExpired, place.run(command("secret.exists", name="A")))
    await place.run(_policy("A", enforce=False))
    found = await place.run(command("brain.read", names=["A", "B"]))

    assert [one[6] for one in found] == [end, None]
    assert place.actions().count("brain.read") == 2


@SUITE.check
async def check_copies(world: LedgerWorld) -> None:
    """What is refused after its end has no copy, and one that somebody planted is removed."""
    place, copies = Commanding(world), MemoryCopies()
    await place.run(bulk(["A", "B"]))
    await _publish(place, copies)
    copied = dict(copies.records)
    await place.run(_policy("A", expires_at=place.clock.now + DAY, enforce=True))
    await _publish(place, copies)
    assert set(copies.records) == {"B"}

    await place.run(put("A", "newer"))
    await _publish(place, copies)
    assert set(copies.records) == {"B"}

    place.clock.now += DAY
    digest = "0" * 64
    strange = await place.run(command("copies.strange", names=["A", "B"]))
    found = await place.run(command("copies.repair", copies=[["A", digest]]))
    copies.records = dict(copied)
    await _publish(place, copies)
    assert (strange, found) == (["A"], {"A": "planted"})
    assert set(copies.records) == {"B"}
    assert await place.run(command("copies.repair", copies=[["A", None]])) == {}

    await place.run(_policy("A", enforce=False))
    await _publish(place, copies)
    assert {name: one.metadata.version for name, one in copies.records.items()} == {"A": 2, "B": 1}


@SUITE.check
async def check_malformed(world: LedgerWorld) -> None:
    """What none may be is refused, whoever sent it, and leaves nothing behind."""
    place = Commanding(world)
    await place.run(put("A"))
    before = place.rows()
    for fields in (
        *({"note": 1}, {"note": ""}, {"note": "a\nb"}, {"expires_at": 0}, {"expires_at": True}),
        *({"expires_at": 1.5}, {"rotate_every": 0}, {"rotate_every": 3_651}, {"enforce": None}),
        *({"keep_versions": 0}, {"keep_days": -1}, {"keep_days": None}, {"value": "x"}),
    ):
        await raises(InvalidRequest, place.run(command("secret.policy", name="A", fields=fields)))
    await raises(NotFound, place.run(_policy("NONE", note="x")))

    assert place.rows() == before


@SUITE.check
async def check_unreadable(world: LedgerWorld) -> None:
    """A state that cannot be read stops no list of what is due, and is named in it."""
    place = Commanding(world)
    now = place.clock.now
    await place.run(bulk(["A", "B"]), _policy("A", expires_at=now), _policy("B", expires_at=now))
    row = next(row for row in place.rows()["secret"] if row.id == "A")
    place.ledger.commit([Put(STATES.kind, row.id, "broken", row.keys)], {})

    assert await _due(place) == [("A", None), ("B", now)]


@SUITE.check
async def check_kept_after_restore(world: LedgerWorld) -> None:
    """A name that was created again keeps as much as before, also restored, and no other policy."""
    place = Commanding(world)
    gone = command("secret.delete", name="A")
    policy = _policy("A", note="n", rotate_every=3, keep_versions=100, keep_days=60)
    await place.run(put("A"), policy, *(put("A") for _ in range(19)))
    assert len(place.rows()["version"]) == 20
    await place.run(gone, put("A"), command("secret.delete", name="A"))
    await place.run(command("secret.restore", name="A"))

    assert len(place.rows()["version"]) == 22
    told = await place.run(command("secret.policy-of", name="A"))
    kept = asdict(Policy(keep_versions=100, keep_days=60))
    assert {key: told[key] for key in kept} == kept


@SUITE.check
async def check_kept_after_destruction(world: LedgerWorld) -> None:
    """What was destroyed has no policy at all: restored, its name keeps no more than others do."""
    place = Commanding(world)
    await place.run(put("A"), _policy("A", keep_versions=100), *(put("A") for _ in range(19)))
    await place.run(command("secret.destroy", name="A"), put("A"))
    await place.run(command("secret.delete", name="A"), command("secret.restore", name="A"))

    assert len(place.rows()["version"]) == KEPT_VERSIONS


@SUITE.check
async def check_who_keeps_less(world: LedgerWorld) -> None:
    """Only who may destroy: an admin. A writer may change everything else, and keep more."""
    place = Commanding(world)
    await place.run(issue(), *(put("A", f"value {number}") for number in range(4)))
    before = place.rows()
    for field in ("keep_versions", "keep_days"):
        await raises(Forbidden, place.run(_policy("A", shown(), **{field: 1})))
    assert place.rows() == before

    for fields in ({"note": "n"}, {"keep_versions": 12, "keep_days": 31}, {"keep_days": 31}):
        await place.run(_policy("A", shown(), **fields))
    await place.run(issue("f" * 16, role="admin"))
    await place.run(_policy("A", shown(id_="f" * 16), keep_versions=1))
    assert len(place.rows()["version"]) == 1


@SUITE.check
async def check_no_detour_keeps_less(world: LedgerWorld) -> None:
    """A writer who deletes and creates again destroys nothing, also not by a policy afterwards."""
    place = Commanding(world)
    await place.run(issue(), put("A"), _policy("A", keep_versions=100, keep_days=60))
    await place.run(*(put("A") for _ in range(19)))
    gone = command("secret.delete", shown(), needs=Role.WRITER, name="A")
    await place.run(gone, put("A", caller=shown()))
    await raises(Forbidden, place.run(_policy("A", shown(), keep_versions=10)))
    await raises(Forbidden, place.run(_policy("A", shown(), keep_days=30)))

    assert len(place.rows()["version"]) == 21


@SUITE.check
async def check_sent_again_when_the_secret_is_gone(world: LedgerWorld) -> None:
    """It is not said that there is nothing to change: the change was made, before."""
    place = Commanding(world)
    change = _policy("A", note="ours")
    await place.run(put("A"), change)
    events = len(place.events())
    await place.run(command("secret.delete", name="A"))

    await raises(OutcomeUnknown, place.run(change))
    assert len(place.events()) == events + 1


@SUITE.check
async def check_no_note_in_an_event(world: LedgerWorld) -> None:
    """Also not as the answer that a resent change would get: events outlive notes."""
    place, change = Commanding(world), _policy("A", note="ask Grace")
    await place.run(put("A"), change)

    assert "Grace" not in str(place.rows()["event"])
    assert (await place.run(change))["note"] == "ask Grace"
    assert place.actions().count("secret.policy") == 1


@SUITE.check
async def check_no_note_of_what_is_gone(world: LedgerWorld) -> None:
    """Nor any other policy: not of what was destroyed, nor once a deleted one is kept no longer."""
    place, names = Commanding(world), ["A", "B", "C", "D"]
    await place.run(bulk(names), *(_policy(name, note="about it") for name in names))
    await place.run(_policy("B", keep_days=0), command("secret.destroy", name="A"))
    await place.run(*(command("secret.delete", name=name) for name in ("B", "C", "D")))
    await place.run(put("D"), _policy("D", note="in use"))
    place.clock.now += 31 * DAY
    await Removals(place.ledger, place.clock).step()

    states = [STATES.read(row) for row in place.rows()["secret"]]
    assert {one.name: one.policy.note for one in states if one.policy.note} == {"D": "in use"}
    assert len(states) == len(names)


async def _publish(place: Commanding, copies: MemoryCopies) -> None:
    """Until nothing is due any more."""
    drain = Drain(place.ledger, copies, place.clock)
    while drain.next() is not None:
        await drain.step()
