"""What anyone can read: the status and the OpenAPI document."""

from __future__ import annotations

from typing import Final

from px.spec import contract
from px.spec.answer import demand
from px.spec.promises import Group
from px.spec.world import World

STATUS: Final = Group("status")
OPENAPI: Final = Group("openapi")


@STATUS.seed
async def ready(world: World) -> None:
    """GET /status answers 200 {"ready": true}, without a token."""
    found = (await world.call("GET", "/status", who=world.nobody)).expect(200)
    demand(found.object().get("ready") is True, "`ready` is not true")


@OPENAPI.full
async def document(world: World) -> None:
    """GET /openapi.json is OpenAPI 3.1 with every call of the contract, without a token."""
    found = (await world.call("GET", "/openapi.json", who=world.nobody)).expect(200).object()
    demand(str(found.get("openapi", "")).startswith("3.1"), "the document is not OpenAPI 3.1")
    paths = found.get("paths")
    described = {
        (method.upper(), _shape(path))
        for path, methods in (paths.items() if isinstance(paths, dict) else ())
        for method in methods
    }
    calls = [call for calls in contract.CALLS.values() for call in calls]
    for method, path in (*contract.OPEN, *calls):
        demand((method, _shape(path)) in described, f"{method} {path} is not in the document")


def _shape(path: str) -> tuple[str, ...]:
    """The path with the same word for every parameter."""
    parts = path.split("/")
    return tuple("*" if part[:1] == "{" or part in ("NAME", "ID", "N") else part for part in parts)
