"""Project tokens: creating, listing without the secret part, revoking; and roles."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Final

from px.spec import contract
from px.spec.answer import Reply, closed, demand, text
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

TOKENS: Final = Group("tokens")
DAY: Final = 24 * 3600
BAD_NAMES: Final = ("", "!x", "n" * 65, "px_x", "-x", "a\nb")


@TOKENS.full
async def answer(world: World) -> None:
    """POST /tokens answers 201 with id, name, role, createdAt and a token that works."""
    found = (await world.issue("reader")).answer.expect(201)
    demand(found.text("role") == "reader", "the answer has another role")
    demand(found.text("name") == f"spec {world.run}", "the answer has another name")
    demand(found.text("token").startswith("px_"), "the token does not start with px_")
    demand(bool(contract.TIME.fullmatch(found.text("createdAt"))), "`createdAt` has another format")
    closed(found.object(), "id name role createdAt expiresAt by token", "the answer")


@TOKENS.full
async def listed(world: World) -> None:
    """GET /tokens lists id, name, role and dates, but never a token or its secret half."""
    issued = await world.issue("writer")
    secret = issued.token.rpartition("_")[2]

    async def is_listed() -> None:
        found = (await world.call("GET", "/tokens?limit=1000")).expect(200)
        demand(not found.shows([issued.token, secret, secret[:32]]), "the list shows a token")
        mine = [item for item in found.items("tokens") if item.get("id") == issued.id]
        demand(len(mine) == 1, f"a new token is listed {len(mine)} times")
        demand(text(mine[0], "role") == "writer", "the list shows another role for a token")
        closed(mine[0], "id name role createdAt expiresAt by", "a listed token")
        demand(found.number("count") == len(found.items("tokens")), "`count` is wrong")

    await world.eventually(is_listed)


@TOKENS.full
async def revoked(world: World) -> None:
    """DELETE /tokens/ID answers 204, and the token no longer works."""
    issued = await world.issue("reader")
    (await world.call("DELETE", f"/tokens/{issued.id}")).expect(204)

    async def is_closed() -> None:
        found = await world.call("GET", "/secrets", who=Who(issued.token))
        found.refused("unauthenticated", "a revoked token")

    await world.eventually(is_closed)


@TOKENS.full
async def entry(world: World) -> None:
    """DELETE /tokens?id=ID revokes an entry as the path does."""
    issued = await world.issue("reader")
    (await world.call("DELETE", f"/tokens?id={issued.id}")).expect(204)
    found = await world.call("GET", "/secrets", who=Who(issued.token))
    found.refused("unauthenticated", "a token that was revoked by `id`")


@TOKENS.full
async def missing(world: World) -> None:
    """Revoking a missing token answers 404 not_found."""
    for id_ in ("0" * 16, "x"):
        found = await world.call("DELETE", f"/tokens/{id_}")
        found.refused("not_found", "revoking a missing token")


@TOKENS.full
async def expiry(world: World) -> None:
    """expiresAt is `expiresIn` seconds after createdAt; without `expiresIn` it is null."""
    found = (await world.issue("reader", expiresIn=DAY)).answer
    dates = [datetime.fromisoformat(found.text(key)) for key in ("createdAt", "expiresAt")]
    demand((dates[1] - dates[0]).total_seconds() == DAY, "`expiresAt` is not after `expiresIn`")
    found = (await world.issue("reader")).answer
    demand("expiresAt" not in found.object(), "a token without `expiresIn` expires")


@TOKENS.full
async def outliving(world: World) -> None:
    """A token that another token issues expires with that one, or before; more is refused."""
    issuer = await world.issue("admin", expiresIn=DAY)
    who, wanted = Who(issuer.token), {"name": f"spec {world.run}", "role": "reader"}
    found = await world.call("POST", "/tokens", wanted | {"expiresIn": 2 * DAY}, who=who)
    found.refused("invalid_request", "a token that would outlive its issuer")
    child = await world.issue("reader", who)
    until = issuer.answer.text("expiresAt")
    demand(child.answer.text("expiresAt") == until, "a token outlives the token that issued it")


@TOKENS.full
async def descendants(world: World) -> None:
    """Revoking a token also revokes the tokens that it issued, and those that they issued."""
    first = await world.issue("admin")
    second = await world.issue("admin", Who(first.token))
    third = await world.issue("reader", Who(second.token))
    (await world.call("DELETE", f"/tokens/{first.id}")).succeeded("DELETE /tokens/ID")
    for issued in (second, third):
        found = await world.call("GET", "/secrets?limit=1", who=Who(issued.token))
        found.refused("unauthenticated", "a token whose issuer was revoked")


@TOKENS.full
async def faulty(world: World) -> None:
    """A role that no token can have, or a wrong `expiresIn`, is invalid_request."""
    name = f"spec {world.run}"
    for more in (
        {"role": "root"},
        {"role": "owner"},
        {"role": ""},
        {"role": "Reader"},
        {"role": 1},
        {"role": "reader", "expiresIn": 0},
        {"role": "reader", "expiresIn": contract.MIN_EXPIRY - 1},
        {"role": "reader", "expiresIn": "60"},
        {"role": "reader", "expiresIn": 10**12},
    ):
        found = await world.call("POST", "/tokens", {"name": name, **more})
        found.refused("invalid_request", "an invalid token request")


@TOKENS.full
async def named(world: World) -> None:
    """A token name with other characters than allowed is invalid_name."""
    for name in BAD_NAMES:
        found = await world.call("POST", "/tokens", {"name": name, "role": "reader"})
        found.refused("invalid_name", "a bad name for a token")


@TOKENS.full
async def alike(world: World) -> None:
    """An unknown id and a wrong secret get the same message."""
    issued = await world.issue("reader")
    wrong = await _try(world, forged(issued.token))
    unknown = await _try(world, forged(issued.token.replace(issued.id, "0" * 16)))
    demand(wrong.text("error") == unknown.text("error"), "the message reveals which ids exist")


@TOKENS.full
async def runner(world: World) -> None:
    """A runner may list and run brains, see and cancel runs, and nothing of secrets."""
    await _may(world, "runner")


@TOKENS.full
async def deployer(world: World) -> None:
    """A deployer may ask whether a secret exists, and nothing else."""
    await _may(world, "deployer")


@TOKENS.full
async def reader(world: World) -> None:
    """A reader may only read names, dates and the audit log, and ask whether a secret exists."""
    await _may(world, "reader")


@TOKENS.full
async def writer(world: World) -> None:
    """A writer may also change secrets and run brains, but nothing else."""
    await _may(world, "writer")


@TOKENS.full
async def admin(world: World) -> None:
    """An admin may also manage the project's tokens, grants and keys, but nothing else."""
    await _may(world, "admin")


async def _may(world: World, role: str) -> None:
    who = Who((await world.issue(role)).token)
    for needed, calls in contract.CALLS.items():
        for method, path in calls:
            found = await world.call(method, path, who=who)
            if needed in contract.MAY[role]:
                demand(found.status not in (401, 403), f"{role}: {method} {path} is not allowed")
            else:
                found.refused("forbidden", f"{role}: {method} {path}")


async def _try(world: World, token: str) -> Reply:
    found = await world.call("GET", "/secrets", who=Who(token))
    return found.refused("unauthenticated", "a token that was never issued")


def forged(token: str) -> str:
    """A token with the same id, another secret, and a correct checksum."""
    body = token[:-8]
    return _checked(body[:-1] + ("0" if body[-1] != "0" else "1"))


def moved(token: str, project: str) -> str:
    """A token with the same id and secret for another project, and a correct checksum."""
    beginning, secret = token[:-8].rsplit("_", 1)
    return _checked(f"px_{project}-{beginning.rsplit('-', 1)[1]}_{secret}")


def _checked(body: str) -> str:
    """With its CRC-32."""
    return f"{body}{zlib.crc32(body.encode()):08x}"
