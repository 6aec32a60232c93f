"""Who has access."""

from __future__ import annotations

import json
from typing import Final

from px.spec import contract
from px.spec.answer import Reply, demand
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

AUTH: Final = Group("auth")


@AUTH.full
async def needed(world: World) -> None:
    """Every call but GET /status and GET /openapi.json needs a token."""
    for calls in contract.CALLS.values():
        for method, path in calls:
            found = await world.call(method, path, who=world.nobody)
            found.refused("unauthenticated", f"{method} {path} without a token")


@AUTH.full
async def challenge(world: World) -> None:
    """A 401 answer has WWW-Authenticate: Bearer."""
    for who in (world.nobody, Who("wrong")):
        found = await world.call("GET", "/secrets", who=who)
        scheme = found.headers.get("www-authenticate", "")
        demand(scheme.lower().startswith("bearer"), "401 came without WWW-Authenticate: Bearer")


@AUTH.full
async def wrong(world: World) -> None:
    """An almost correct token is refused."""
    right = world.root.token or ""
    other = "0" if right[-1] != "0" else "1"
    for token in (right[:-1], right + "0", right[:-1] + other, other + right[1:], right.swapcase()):
        found = await world.call("GET", "/secrets", who=Who(token, world.root.project))
        found.refused("unauthenticated", "an almost correct token")


@AUTH.full
async def scheme(world: World) -> None:
    """Only the scheme Bearer is accepted, in any case, with a single token."""
    token = world.root.token
    for text in (f"Basic {token}", f"Token {token}", f"{token}", f"Bearer {token}, Bearer {token}"):
        found = await _with(world, text)
        found.refused("unauthenticated", "an Authorization other than one Bearer token")
    for name in ("bearer", "BEARER"):
        (await _with(world, f"{name} {token}")).succeeded(f"a token after `{name}`")


@AUTH.full
async def first(world: World) -> None:
    """A caller without a token learns nothing else: 401 comes before the body is read."""
    kind = {"Content-Type": "text/plain"}
    found = await world.call("POST", "/secrets", body=b"{", headers=kind, who=world.nobody)
    found.refused("unauthenticated", "an invalid body without a token")
    sent = json.dumps({"name": "1-bad", "value": ""}).encode()
    found = await world.call("POST", "/secrets", body=sent, who=Who("wrong"))
    found.refused("unauthenticated", "an invalid body with a wrong token")


@AUTH.full
async def https(world: World) -> None:
    """Plain http to any host but loopback is https_required, with or without a token."""
    if not world.plain:
        return  # there is nothing to check over https
    for who in (world.nobody, world.root):
        for path in ("/status", "/secrets"):
            found = await world.call("GET", path, who=who, headers={"Host": "secrets.example"})
            found.refused("https_required", "plain http to another host")


async def _with(world: World, authorization: str) -> Reply:
    who = Who(None, world.root.project)
    return await world.call("GET", "/secrets", who=who, headers={"Authorization": authorization})
