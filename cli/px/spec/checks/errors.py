"""Errors have one form and a stable code, and never repeat what was sent."""

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
    """An error is JSON with a sentence in `error`, a known code with its status, and `details`."""
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
        demand(contract.STATUS.get(found.code) == found.status, "a code has the wrong status")
        kind = found.headers.get("content-type", "")
        demand(kind.startswith("application/json"), "an error is not application/json")


@ERRORS.full
async def no_value(world: World) -> None:
    """No error repeats a value, a token or other text that was sent, wherever it was."""
    value = world.value()
    async for found in _faulty(world, value):
        demand(not found.shows([value]), f"an answer ({found.described()}) repeats what was sent")


async def _faulty(world: World, value: str) -> AsyncIterator[Reply]:
    """The answers to requests that contain the value and are wrong in various ways."""
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
    """A body that is not one JSON document in UTF-8, or repeats a key, is invalid_json."""
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
    """A wrong type, or a missing or unknown field, is invalid_request."""
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
        (await world.call("POST", "/secrets", sent)).refused("invalid_request", "a bad document")
    wrong = ({}, {"secrets": {}}, {"secrets": [[]]}, {"secrets": [{"name": name}]})
    for sent in wrong:
        found = await world.call("POST", "/secrets/bulk", sent)
        found.refused("invalid_request", "a bad document")


@ERRORS.full
async def media_type(world: World) -> None:
    """A body that is not application/json is refused as unsupported_media_type."""
    body = json.dumps({"name": world.name(), "value": world.value()}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        found = await world.call("POST", "/secrets", body=body, headers={"Content-Type": kind})
        found.refused("unsupported_media_type", "a body of another type")
    charset = {"Content-Type": "application/json; charset=utf-8"}
    found = await world.call("POST", "/secrets", body=body, headers=charset)
    found.succeeded("application/json with a charset")


@ERRORS.full
async def not_found(world: World) -> None:
    """An unknown path is not_found."""
    for path in ("/", "/secret", "/secrets/A/value", "/v1/secrets", "/spec-no-such-address"):
        (await world.call("GET", path)).refused("not_found", "an unknown path")


@ERRORS.full
async def method(world: World) -> None:
    """A wrong method is method_not_allowed, and Allow lists the path's methods."""
    for wrong, path, allowed in (
        ("PUT", "/secrets", {"GET", "POST", "DELETE"}),
        ("PUT", "/secrets/SPEC", {"DELETE", "PATCH"}),
        ("GET", "/secrets/bulk", {"POST", "DELETE", "PATCH"}),
        ("POST", "/audit", {"GET"}),
        ("DELETE", "/status", {"GET"}),
    ):
        found = await world.call(wrong, path)
        found.refused("method_not_allowed", "a method that the path does not have")
        listed = {one.strip() for one in found.headers.get("allow", "").split(",")}
        demand(listed == allowed, "Allow does not list the methods of the path")


@ERRORS.full
async def query(world: World) -> None:
    """A query parameter that is unknown, repeated or a token is invalid_request."""
    for path in (
        "/secrets?page=2",
        "/secrets?limit=1&limit=2",
        "/secrets?access_token=x",
        "/secrets?token=x",
        "/audit?page=2",
    ):
        (await world.call("GET", path)).refused("invalid_request", "an invalid query")
