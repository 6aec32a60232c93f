"""The property that everything else serves: no value is ever shown."""

from __future__ import annotations

from typing import Final

from px.spec.answer import demand
from px.spec.promises import Group
from px.spec.world import World

VALUES: Final = Group("values")


@VALUES.seed
async def unreadable(world: World) -> None:
    """No path of a secret gives its value: neither its own nor one below it."""
    name, value = world.name(), world.value()
    await world.store(name, value)
    for path in ("", "/exists", "/value", "?reveal=true", "/exists?value=true"):
        found = await world.call("GET", f"/secrets/{name}{path}")
        demand(not found.shows([value]), "a GET below /secrets/NAME shows the value")


@VALUES.full
async def unrepeated(world: World) -> None:
    """No answer to a write shows the value that was sent."""
    values = [world.value() for _ in range(3)]
    name = world.name()
    answers = [
        await world.put(name, values[0]),
        await world.put(name, values[1]),
        await world.bulk([(name, values[2])]),
        await world.delete(name),
    ]
    demand(not any(one.shows(values) for one in answers), "the answer to a write shows a value")


@VALUES.full
async def unrecorded(world: World) -> None:
    """Neither the audit log nor the lists of tokens, keys and projects show a value."""
    value = world.value()
    await world.store(world.name(), value)
    await world.bulk([(world.name(), value)])
    for path in ("/audit", "/tokens", "/keys", "/projects", "/status", "/openapi.json"):
        found = await world.call("GET", path)
        demand(not found.shows([value]), f"GET {path} shows a value")
