"""Copies of secrets at providers. No check switches one on: the suite contacts nobody else."""

from __future__ import annotations

from typing import Final

from px.spec.answer import Reply, closed, demand, text
from px.spec.promises import Group
from px.spec.world import World

TARGETS: Final = Group("targets")
FIELDS: Final = "name type state names prefix createdAt updatedAt updatedBy missing counts problem"


async def _calls(world: World, target: str) -> list[tuple[str, Reply]]:
    """Everything that can be asked of one target."""
    name = world.name()
    return [
        (
            f"{method} /targets/NAME{rest}",
            await world.call(method, f"/targets/{target}{rest}", sent),
        )
        for method, rest, sent in (
            ("PUT", "", {"names": [name]}),
            ("PUT", "", {"prefix": name}),
            ("DELETE", "", None),
            ("DELETE", "?purge=true", None),
            ("POST", "/sync", None),
            ("GET", "/check", None),
        )
    ]


@TARGETS.full
async def listed(world: World) -> None:
    """GET /targets lists every target of the configuration by name, with `count` and its state."""
    found = (await world.call("GET", "/targets")).expect(200)
    closed(found.object(), "targets count", "the list of targets")
    items = found.items("targets")
    demand(found.number("count") == len(items), "`count` is wrong")
    names = [text(item, "name") for item in items]
    demand(names == sorted(set(names)), "GET /targets does not list the targets once, by name")
    for item in items:
        closed(item, FIELDS, "a listed target")
        state = item.get("state")
        demand(state in ("off", "starting", "on", "removing", "paused"), "a target has no state")


@TARGETS.full
async def unknown(world: World) -> None:
    """A target that the configuration does not have is not_found, whatever is asked of it."""
    target = world.app()
    for what, reply in await _calls(world, target):
        reply.refused("not_found", f"{what} of an unknown target")
    found = (await world.call("GET", "/targets")).items("targets")
    demand(target not in [item.get("name") for item in found], "an unknown target is listed")


@TARGETS.full
async def named(world: World) -> None:
    """A malformed name of a target, such as an address, is refused with invalid_name."""
    for target in (
        "A",
        "1a",
        "-a",
        "a-",
        "a--b",
        "a_b",
        "a" * 33,
        "a.example",
        "https%3A%2F%2Fa.b",
    ):
        for what, reply in await _calls(world, target):
            reply.refused("invalid_name", f"{what} of a malformed name")


@TARGETS.full
async def form(world: World) -> None:
    """A target takes `names` or a `prefix`, no address and nothing else."""
    target, name = world.app(), world.name()
    malformed: tuple[object, ...] = (
        *({}, {"names": [name], "prefix": "A"}, {"names": []}, {"names": name}, {"prefix": ""}),
        *({"prefix": "a-b"}, {"names": [name], "address": "https://a.example"}, {"prefix": None}),
    )
    for sent in malformed:
        found = await world.call("PUT", f"/targets/{target}", sent)
        found.refused("invalid_request", "a malformed selection of secrets")
    found = await world.call("PUT", f"/targets/{target}", {"names": ["1-bad"]})
    found.refused("invalid_name", "a malformed name in `names`")
    many = {"names": [f"{name}_{number}" for number in range(501)]}
    found = await world.call("PUT", f"/targets/{target}", many)
    found.refused("too_large", "a selection of 501 names")
