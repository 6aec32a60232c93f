"""Mutants whose changes are not one commit."""

from __future__ import annotations

import asyncio
from typing import Any

from positronic.access.tokens import parse
from positronic.http.request import Response
from spec.broken.mutant import Call, breaks, edited, found

MANY = 10  # entries of a bulk, or changes of a name, from which on these servers are wrong


@breaks("commits.rivals")
async def counts_before_it_writes(call: Call) -> Response:
    """A bulk counts what is new before it waits for those ahead of it."""
    if not call.at("POST /secrets/bulk") or len(call.entries) < MANY:
        return await call.right()
    listed = {item["name"] for item in found(await call.right("GET", "/secrets"))["secrets"]}
    await asyncio.sleep(0.01)
    right = await call.right()
    new = sum(entry["name"] not in listed for entry in call.entries)
    return edited(right, created=new, updated=len(call.entries) - new)


@breaks("commits.bulks")
async def writes_in_two_parts(call: Call) -> Response:
    """Others see a bulk half written."""
    names = [entry.get("name") for entry in call.entries if isinstance(entry, dict)]
    hidden = call.state.setdefault("hidden", set())
    if call.at("POST /secrets/bulk") and len(names) >= MANY:
        right = await call.right()
        if found(right).get("created"):
            hidden.update(names[1:])
            await asyncio.sleep(0.01)
            hidden.difference_update(names)
        return right
    right = await call.right()
    if not call.at("GET /secrets") or right.status != 200:
        return right
    items = [item for item in found(right)["secrets"] if item["name"] not in hidden]
    return edited(right, secrets=items, count=len(items))


@breaks("commits.exists")
async def exists_lags(call: Call) -> Response:
    """After many changes of a name, exists answers what was so before the last one."""
    right = await call.right()
    is_late = _changes(call, right) >= MANY
    if call.at("GET /secrets/*/exists") and right.status == 200 and is_late:
        return edited(right, exists=not found(right)["exists"])
    return right


@breaks("commits.listed")
async def lists_lag(call: Call) -> Response:
    """After many changes, a list still shows what was deleted last."""
    right = await call.right()
    changes = _changes(call, right)
    if call.at("DELETE /secrets/*") and right.status == 204 and changes >= MANY:
        call.state["gone"] = {"name": call.name, "createdAt": "x", "updatedAt": "x"}
    if call.at("GET /secrets") and right.status == 200 and "gone" in call.state:
        return edited(right, secrets=[*found(right)["secrets"], call.state.pop("gone")])
    return right


@breaks("commits.revoked")
async def bulk_knew_the_token(call: Call) -> Response:
    """A bulk is made as long as its token was good once."""
    right = await call.right()
    if call.at("POST /tokens") and right.status == 201:
        call.state[found(right)["token"]] = True
    token = parse(call.token)
    if call.at("POST /secrets/bulk") and right.status == 401 and call.token in call.state and token:
        return await call.as_root(x_positronic_project=token.project)
    return right


def _changes(call: Call, right: Response) -> int:
    """How often a name was changed: the one in the path, or in the body of POST /secrets."""
    counts: dict[Any, int] = call.state.setdefault("changes", {})
    name = call.sent.get("name") if call.at("POST /secrets") else call.name
    if call.at("POST /secrets", "DELETE /secrets/*") and right.status < 300:
        counts[name] = counts.get(name, 0) + 1
    return counts.get(name, 0)
