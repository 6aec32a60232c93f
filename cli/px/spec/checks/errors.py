"""What is wrong is said in one form, with a stable code, and without what was sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import quote

from px.spec import contract
from px.spec.answer import Reply, closed, demand
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

ERRORS: Final = Group("errors")
JSON: Final = {"Content-Type": "application/json"}


@ERRORS.full
async def form(world: World) -> None:
    """An error is JSON: a sentence in `error`, a code of the contract, its status, `details`."""
    answers = [
        await world.call("POST", "/secrets", body=b"{", headers=JSON),
        await world.call("GET", "/secrets", who=world.nobody),
        await world.call("GET", "/spec-no-such-address"),
        await world.call("PUT", "/secrets"),
        await world.call("POST", "/secrets", body=b"{}", headers={"Content-Type": "text/plain"}),
    ]
    for found in answers:
        found.text("error")
        closed(found.object(), "error code details", "an error")
        demand(
            contract.STATUS.get(found.code) == found.status, "an error's code has another status"
        )
        kind = found.headers.get("content-type", "")
        demand(kind.startswith("application/json"), "an error is not application/json")


@ERRORS.full
async def no_value(world: World) -> None:
    """No error repeats a value, a token, or other text that was sent, wherever it stood."""
    value = world.value()
    async for found in _faulty(world, value):
        demand(not found.shows([value]), f"an answer ({found.described()}) repeats what was sent")


async def _faulty(world: World, value: str) -> AsyncIterator[Reply]:
    """Requests that are wrong in many ways, and hold the value; what each is answered."""
    name = world.name()
    cut = json.dumps({"name": name, "value": value})[:-1].encode()
    for body in (cut, value.encode(), b"\xff" + value.encode(), cut + b', "value": "x"}'):
        yield await world.call("POST", "/secrets", body=body, headers=JSON)
    for sent in (
        {"name": value, "value": "x"},
        {"name": name, "value": [value]},
        {"name": name, "value": value + "\0"},
        {"name": name, "value": value * contract.MAX_VALUE},
        {"name": name, "value": "x", value: "x"},
        {"name": name, "value": "x", "role": value},
    ):
        yield await world.call("POST", "/secrets", sent)
    yield await world.bulk([(name, value), (name, value)])
    yield await world.bulk([(value, value), (name, value + "\0")])
    yield await world.call("POST", "/tokens", {"name": f"!{value}", "role": "reader"})
    yield await world.call("POST", "/tokens", {"name": "spec", "role": value})
    for path in (value, f"secrets/{value}/exists", f"secrets?{value}=1", f"secrets?limit={value}"):
        yield await world.call("GET", f"/{quote(path, safe='/?=')}")
    yield await world.delete(value)
    yield await world.call("GET", "/secrets", who=Who(value))
    yield await world.call("GET", "/secrets", who=Who(world.root.token, f"!{value}"))


@ERRORS.full
async def invalid_json(world: World) -> None:
    """A body that is not one JSON document in UTF-8, or has a key twice, is invalid_json."""
    name = world.name().encode()
    for body in (
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"name": "%b", "value": "x"} {}' % name,
        b'{"name": "%b", "value": "x", "value": "y"}' % name,
        b'{"name": "%b", "value": NaN}' % name,
        b'{"name": "%b", "value": "\\ud800"}' % name,
        b"[" * 20_000,
    ):
        found = await world.call("POST", "/secrets", body=body, headers=JSON)
        found.refused("invalid_json", "a body that is not one JSON document")


@ERRORS.full
async def invalid_request(world: World) -> None:
    """A document of another shape is invalid_request: a type, a missing or unknown field."""
    name, value = world.name(), world.value()
    wrong: tuple[object, ...] = (
        [],
        {},
        {"name": name},
        {"value": value},
        {"name": name, "value": 1},
        {"name": name, "value": None},
        {"name": name, "value": value, "note": "x"},
    )
    for sent in wrong:
        (await world.call("POST", "/secrets", sent)).refused("invalid_request", "a wrong document")
    wrong = ({}, {"secrets": {}}, {"secrets": [[]]}, {"secrets": [{"name": name}]})
    for sent in wrong:
        found = await world.call("POST", "/secrets/bulk", sent)
        found.refused("invalid_request", "a wrong document")


@ERRORS.full
async def media_type(world: World) -> None:
    """A body that is not application/json is refused as unsupported_media_type."""
    body = json.dumps({"name": world.name(), "value": world.value()}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        found = await world.call("POST", "/secrets", body=body, headers={"Content-Type": kind})
        found.refused("unsupported_media_type", "a body of another kind")
    charset = {"Content-Type": "application/json; charset=utf-8"}
    found = await world.call("POST", "/secrets", body=body, headers=charset)
    found.succeeded("application/json with a charset")


@ERRORS.full
async def not_found(world: World) -> None:
    """An address that the contract does not know is not_found."""
    for path in ("/", "/secret", "/secrets/A/value", "/v1/secrets", "/spec-no-such-address"):
        (await world.call("GET", path)).refused("not_found", "an unknown address")


@ERRORS.full
async def method(world: World) -> None:
    """Another method is method_not_allowed, and Allow lists those that the address has."""
    for wrong, path, allowed in (
        ("PUT", "/secrets", {"GET", "POST", "DELETE"}),
        ("PATCH", "/secrets/SPEC", {"DELETE"}),
        ("GET", "/secrets/bulk", {"POST", "DELETE"}),
        ("POST", "/audit", {"GET"}),
        ("DELETE", "/status", {"GET"}),
    ):
        found = await world.call(wrong, path)
        found.refused("method_not_allowed", "a method that the address does not have")
        listed = {one.strip() for one in found.headers.get("allow", "").split(",")}
        demand(listed == allowed, "Allow does not list the methods of the address")


@ERRORS.full
async def query(world: World) -> None:
    """A query parameter that is unknown, stands twice or is a token is invalid_request."""
    for path in (
        "/secrets?page=2",
        "/secrets?limit=1&limit=2",
        "/secrets?access_token=x",
        "/secrets?token=x",
        "/audit?name=x",
    ):
        (await world.call("GET", path)).refused("invalid_request", "a wrong query")
