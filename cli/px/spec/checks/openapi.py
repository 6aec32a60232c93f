"""What anyone can read: the status and the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

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
    described = _described(found)
    calls = [call for calls in contract.CALLS.values() for call in calls]
    for method, path in (*contract.OPEN, *calls):
        demand((method, _shape(path)) in described, f"{method} {path} is not in the document")


@OPENAPI.full
async def codes(world: World) -> None:
    """Each code of the contract is in GET /openapi.json, under its own status and no other."""
    found = (await world.call("GET", "/openapi.json", who=world.nobody)).expect(200).object()
    answered = {
        (code, int(status))
        for responses in _described(found).values()
        for status, response in responses.items()
        if int(status) >= 400
        for code in _codes(found, response)
    }
    demand(answered == set(contract.STATUS.items()), "the document has other codes or statuses")


@OPENAPI.full
async def full(world: World) -> None:
    """Only calls that write a value may be ledger_full: what makes room is never refused for it."""
    found = (await world.call("GET", "/openapi.json", who=world.nobody)).expect(200).object()
    status = str(contract.STATUS["ledger_full"])
    refusing = {call for call, responses in _described(found).items() if status in responses}
    wanted = {(method, _shape(path)) for method, path in contract.VALUES}
    demand(refusing == wanted, "other calls than those that write a value may be ledger_full")


def _described(document: dict[str, Any]) -> dict[tuple[str, tuple[str, ...]], dict[str, Any]]:
    """The answers of each call, by status; the calls of one name, such as `bulk`, aside."""
    paths = document.get("paths")
    return {
        (method.upper(), _shape(path)): operation["responses"]
        for path, methods in (paths.items() if isinstance(paths, dict) else ())
        for method, operation in methods.items()
    }


def _codes(document: dict[str, Any], response: dict[str, Any]) -> list[str]:
    """Those that an answer may have; a response is described in place, or once for all."""
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"]["application/json"]["schema"]
    parts = [schema, *schema.get("allOf", [])]
    return [code for part in parts for code in _enum(part)]


def _enum(part: dict[str, Any]) -> list[str]:
    found = part.get("properties", {}).get("code", {}).get("enum", [])
    return [code for code in found if isinstance(code, str)]


def _shape(path: str) -> tuple[str, ...]:
    """The path with the same word for every parameter."""
    parts = path.split("/")
    return tuple("*" if part[:1] == "{" or part in contract.SEGMENTS else part for part in parts)
