"""What is promised of tokens that tokens issue, and of the event that says what was issued."""

from __future__ import annotations

import asyncio
from itertools import product

from contracts.commanding import Commanding, command, issue, put, shown
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises, settled
from positronic.commands.command import Command
from positronic.commands.table import CHANGES
from positronic.commands.token_commands import MAX_ISSUED
from positronic.errors import Conflict, Forbidden, InvalidRequest, PositronicError, Unauthenticated
from positronic.ledger.event_rows import EVENTS, ChainedEvent
from positronic.ledger.token_rows import TOKENS
from positronic.roles import MAY, TOKEN_ROLES, Role
from positronic.rows import Put
from positronic.times import iso

SUITE: Suite[LedgerWorld] = Suite("token_commands")

PARENT, CHILD, GRANDCHILD, OTHER = (f"{digit}" * 16 for digit in "abcd")

# They take none, or do without them.
WITHOUT_ARGUMENTS = {
    "use.trim",
    *("keys.rotate", "project.repair", "project.adopt", "project.export"),
    *("audit.trim", "audit.restart", "run.trim"),
}


def admin(id_: str, by: str | None = None, expires_in: int | None = None) -> Command:
    """An admin's token, issued by another, or by root."""
    caller = {} if by is None else {"caller": shown(id_=by)}
    return issue(id_, expires_in=expires_in, role="admin", **caller)


def revoke(id_: str) -> Command:
    return command("token.revoke", id=id_)


async def issuers(place: Commanding) -> dict[str, object]:
    """Of the tokens that there are."""
    page, _ = await place.run(command("token.list", limit=99))
    return {one[0]: one[5] for one in page}


def newest(place: Commanding) -> ChainedEvent:
    return EVENTS.read(place.ledger.list(EVENTS.kind)[0])


@SUITE.check
async def check_event_says_what_was_issued(world: LedgerWorld) -> None:
    """Its role, its name and when it expires; never its hash."""
    place = Commanding(world)
    await place.run(issue(PARENT, expires_in=60))
    event = newest(place).event

    until = iso(place.clock.now + 60_000)
    assert event.details == {"name": "ci", "role": "writer", "expiresAt": until}
    await place.run(issue(CHILD))
    assert newest(place).event.details["expiresAt"] is None
    assert TOKENS.read(place.ledger.list(TOKENS.kind)[0]).hash not in str(event)


@SUITE.check
async def check_issuer_is_kept(world: LedgerWorld) -> None:
    """And signed: a token whose row names another issuer opens nothing."""
    place = Commanding(world)
    await place.run(admin(PARENT), admin(CHILD, PARENT))
    assert await issuers(place) == {PARENT: "root", CHILD: PARENT}
    row = place.ledger.get(TOKENS.kind, [CHILD])[CHILD]
    text = row.text.replace(f'"issuer":"{PARENT}"', '"issuer":"root"')
    place.ledger.commit([Put(TOKENS.kind, CHILD, text, (row.keys[0], "root"))], {})

    await raises(Unauthenticated, place.run(put("A", caller=shown(id_=CHILD))))


@SUITE.check
async def check_no_child_outlives_its_issuer(world: LedgerWorld) -> None:
    """It gets its issuer's expiry, or an earlier one; a later one is refused and leaves nothing."""
    place = Commanding(world)
    await place.run(admin(PARENT, expires_in=600), admin(CHILD, PARENT))
    await place.run(admin(GRANDCHILD, CHILD, 599))
    before = place.rows()
    error = await raises(InvalidRequest, place.run(admin(OTHER, PARENT, 601)))
    assert "outlive" in error.message
    assert place.rows() == before, "a refused token left something"
    await place.run(admin(OTHER, PARENT, 600))

    now = place.clock.now
    expiries = {one.id: one.expires_at for one in map(TOKENS.read, place.rows()["token"])}
    assert expiries == {
        PARENT: now + 600_000,
        CHILD: now + 600_000,
        GRANDCHILD: now + 599_000,
        OTHER: now + 600_000,
    }


@SUITE.check
async def check_no_child_outranks_its_issuer(world: LedgerWorld) -> None:
    """Whatever role a command asks of its caller."""
    place = Commanding(world)
    await place.run(issue(PARENT, role="writer"))
    before = place.rows()
    asked = issue(CHILD, shown(id_=PARENT), role="admin")
    await raises(Forbidden, place.run(asked._replace(role=Role.READER)))

    assert place.rows() == before


@SUITE.check
async def check_a_child_may_only_what_its_issuer_may(world: LedgerWorld) -> None:
    """An admin's token issues every role of a token; a runner's or a deployer's only its own."""
    place = Commanding(world)
    await place.run(admin(PARENT))
    for number, (role, asked) in enumerate(product(TOKEN_ROLES.values(), repeat=2)):
        issuer, child = f"{number:016x}", f"{number + 100:016x}"
        await place.run(issue(issuer, shown(id_=PARENT), role=role.label))
        wanted = issue(child, shown(id_=issuer), role=asked.label)._replace(role=role)
        if asked in MAY[role]:
            await place.run(wanted)
        else:
            await raises(Forbidden, place.run(wanted))


@SUITE.check
async def check_a_role_that_nobody_knows_opens_nothing(world: LedgerWorld) -> None:
    """As a later version may have written it: its token is none, and can be revoked."""
    place = Commanding(world)
    await place.run(issue(PARENT, role="runner"))
    row = place.ledger.get(TOKENS.kind, [PARENT])[PARENT]
    text = row.text.replace('"runner"', '"walker"')
    place.ledger.commit([Put(TOKENS.kind, PARENT, text, row.keys)], {})

    await raises(Unauthenticated, place.run(command("caller.check", shown(id_=PARENT))))
    await place.run(revoke(PARENT))
    assert await issuers(place) == {}


@SUITE.check
async def check_revoking_takes_what_it_issued(world: LedgerWorld) -> None:
    """In one commit and one event that names all; the tokens of others stay."""
    place = Commanding(world)
    await place.run(admin(PARENT), admin(OTHER), admin(CHILD, PARENT), admin(GRANDCHILD, CHILD))
    await place.run(revoke(PARENT))

    assert await issuers(place) == {OTHER: "root"}
    assert (newest(place).event.action, newest(place).event.names) == (
        *("token.revoke", (PARENT, CHILD, GRANDCHILD)),
    )
    for one in (PARENT, CHILD, GRANDCHILD):
        await raises(Unauthenticated, place.run(put("A", caller=shown(id_=one))))
    await place.run(put("A", caller=shown(id_=OTHER)))


@SUITE.check
async def check_revoking_reaches_every_one(world: LedgerWorld) -> None:
    """Also more than one page of them, and one whose record cannot be read."""
    place = Commanding(world)
    await place.run(admin(PARENT), admin(CHILD, PARENT))
    row = place.ledger.get(TOKENS.kind, [CHILD])[CHILD]
    ids = [f"{number:016x}" for number in range(1200)]
    place.ledger.commit([Put(TOKENS.kind, one, "{}", row.keys) for one in ids], {})
    await place.run(revoke(PARENT))

    assert place.rows()["token"] == []
    assert len(newest(place).event.names) == 1202


@SUITE.check
async def check_issued_are_counted(world: LedgerWorld) -> None:
    """So that one revocation can always take them all; root issues as many as it likes."""
    place = Commanding(world)
    await place.run(admin(PARENT), admin(CHILD, PARENT))
    row = place.ledger.get(TOKENS.kind, [CHILD])[CHILD]
    more = [Put(TOKENS.kind, f"{number:016x}", row.text, row.keys) for number in range(MAX_ISSUED)]
    place.ledger.commit(more[1:], {})

    await raises(Conflict, place.run(admin(GRANDCHILD, CHILD)))
    await place.run(admin(OTHER), revoke(PARENT))
    assert await issuers(place) == {OTHER: "root"}


@SUITE.check
async def check_expired_ones_make_room(world: LedgerWorld) -> None:
    """Issued tokens that have expired keep nobody from issuing: they go when there is no room."""
    place = Commanding(world)
    await place.run(admin(PARENT), admin(CHILD, PARENT, expires_in=60))
    row = place.ledger.get(TOKENS.kind, [CHILD])[CHILD]
    more = [Put(TOKENS.kind, f"{number:016x}", row.text, row.keys) for number in range(MAX_ISSUED)]
    place.ledger.commit(more[1:], {})
    await raises(Conflict, place.run(admin(OTHER, PARENT)))
    place.clock.now += 60_000

    await place.run(admin(OTHER, PARENT))

    assert await issuers(place) == {PARENT: "root", OTHER: PARENT}


@SUITE.check
async def check_issued_while_it_is_revoked(world: LedgerWorld) -> None:
    """No token stays whose issuer is gone, whichever of the two comes first."""
    place = Commanding(world)
    for number in range(20):
        await place.run(admin(PARENT))
        ids = [f"{number:08x}{one:08x}" for one in range(4)]
        changes = [settled(place.run(admin(one, PARENT))) for one in ids]
        await asyncio.gather(*changes[:2], settled(place.run(revoke(PARENT))), *changes[2:])
        if PARENT in await issuers(place):  # it was refused as busy
            await place.run(revoke(PARENT))

        assert await issuers(place) == {}, f"round {number}"


@SUITE.check
async def check_refused_calls_leave_nothing(world: LedgerWorld) -> None:
    """Every change: by a stranger, a revoked token, too low a role, and with bad arguments."""
    place = Commanding(world)
    await place.run(put("A"), issue(PARENT, role="reader"), admin(OTHER), revoke(OTHER))
    before = place.rows()
    for action in CHANGES:
        reader, gone, unknown = (shown(id_=one) for one in (PARENT, OTHER, CHILD))
        await raises(Forbidden, place.run(command(action, reader, needs=Role.WRITER)))
        await raises(Unauthenticated, place.run(command(action, gone)))
        await raises(Unauthenticated, place.run(command(action, unknown)))
        if action not in WITHOUT_ARGUMENTS:
            await raises(PositronicError, place.run(command(action, id=7, name=7, names=7)))

        assert place.rows() == before, f"a refused {action} left something"
