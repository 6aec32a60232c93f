"""Requests that are safe to repeat, since an answer can get lost."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from px.spec.answer import demand
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

IDEMPOTENCE: Final = Group("idempotence")


@IDEMPOTENCE.full
async def create(world: World) -> None:
    """Repeating a POST /secrets succeeds."""
    name, value = world.name(), world.value()
    for _ in range(3):
        await world.store(name, value)


@IDEMPOTENCE.full
async def bulk(world: World) -> None:
    """Repeating a bulk request succeeds, and counts every entry as updated."""
    entries = [(world.name(), world.value()) for _ in range(3)]
    (await world.bulk(entries)).succeeded("a bulk request")

    async def finds_all() -> None:
        found = (await world.bulk(entries)).succeeded("the same bulk request again")
        split = (found.number("created"), found.number("updated"))
        demand(split == (0, 3), "the same bulk request again did not find all its names")

    await world.eventually(finds_all)


@IDEMPOTENCE.full
async def reading(world: World) -> None:
    """Reading changes nothing: the list and the audit log stay the same."""
    name = world.name()
    await world.store(name)

    async def listed() -> list[object]:
        return [item for item in await world.listed() if item.get("name") == name]

    async def same_twice() -> None:
        first = await listed()
        await world.exists(name)
        demand(bool(first) and await listed() == first, "reading changed what is read")

    await world.eventually(same_twice)


@IDEMPOTENCE.full
async def key(world: World) -> None:
    """A change that is sent again with its Idempotency-Key is made once, with its first answer."""
    one, two = world.name(), world.name()
    entries = [{"name": name, "value": world.value()} for name in (one, two)]
    changes: list[tuple[str, str, object]] = [
        ("POST", "/secrets", entries[0]),
        ("PATCH", f"/secrets/{one}", {"note": "a note"}),
        ("POST", "/secrets/bulk", {"secrets": entries}),
        ("DELETE", f"/secrets/{quote(two, safe='')}", None),
    ]
    for method, path, sent in changes:
        headers = _key()
        at_once = [world.call(method, path, sent, headers=headers) for _ in range(2)]
        first, other = await asyncio.gather(*at_once)
        first.succeeded(f"{method} {path}")
        later = await world.call(method, path, sent, headers=headers)
        same = all(
            (again.status, again.body) == (first.status, first.body) for again in (other, later)
        )
        demand(same, f"{method}: sent again with its Idempotency-Key, it was answered otherwise")
    events = await world.listed("/audit", "events")
    made = [event.get("action") for event in events if two in event.get("names", ())]
    demand(len(made) == 2, "a change that was sent again was made again")


@IDEMPOTENCE.full
async def other(world: World) -> None:
    """The same Idempotency-Key with another body, or from another caller, is another change."""
    headers, first, second = _key(), world.name(), world.name()
    sent = {"name": first, "value": world.value()}
    await world.call("POST", "/secrets", sent, headers=headers)
    await world.call("POST", "/secrets", sent | {"name": second}, headers=headers)
    demand(await world.exists(second), "another change under the same Idempotency-Key was not made")
    (await world.delete(first)).succeeded("DELETE /secrets/NAME")
    issued = await world.issue("writer")
    await world.call("POST", "/secrets", sent, headers=headers, who=Who(issued.token))
    demand(
        await world.exists(first), "another caller's Idempotency-Key kept a change from being made"
    )


@IDEMPOTENCE.full
async def form(world: World) -> None:
    """An Idempotency-Key that is not 16 to 64 letters, digits, - or _ is invalid_request."""
    name = world.name()
    for text in ("x", "k" * 15, "k" * 65, "a key with spaces in it", "k" * 16 + "/"):
        sent = {"name": name, "value": world.value()}
        found = await world.call("POST", "/secrets", sent, headers={"Idempotency-Key": text})
        found.refused("invalid_request", "an Idempotency-Key that is malformed")
    demand(not await world.exists(name), "a refused request wrote a secret")


def _key() -> Mapping[str, str]:
    return {"Idempotency-Key": secrets.token_hex(16)}
