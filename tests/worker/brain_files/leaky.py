"""Brains that try to let a value out, each in another way; the value is the secret of that name."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import sys
import traceback
import warnings
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from positronic import brain
from positronic.brains import Brain, BrainSecrets

State = dict[str, Any]
Way = Callable[[str, State], Awaitable[State]]

WAYS: dict[str, Brain] = {}
_forgotten: list[asyncio.Task[None]] = []


def leaks(way: Way) -> Way:
    """Registers a brain with one step, which is given the value."""
    name = way.__name__

    async def step(state: State, secrets: BrainSecrets) -> State:
        return await way(await secrets.get(name.upper()), state)

    WAYS[name] = brain(name).step("Leak", step)
    return way


@leaks
async def returns(value: str, state: State) -> State:
    return {**state, "value": value, "inside": f"<{value}>", "list": [value, [value]]}


@leaks
async def names_a_key(value: str, state: State) -> State:
    return {**state, value: 1, f"key {value}": {value: [{value: value}]}}


@leaks
async def splits(value: str, state: State) -> State:
    halves = [value[:12], value[12:]]
    return {**state, "a": {"b": halves, "c": {"d": [value, {"e": value}]}}}


@leaks
async def encodes(value: str, state: State) -> State:
    data = value.encode()
    return {
        "base64": base64.b64encode(data).decode(),
        "base64url": base64.urlsafe_b64encode(b"x" + data + b"y").decode(),
        "basic": "Basic " + base64.b64encode(b"user:" + data).decode(),
        "hex": data.hex(),
        "HEX": data.hex().upper(),
        "url": f"https://example.com/?key={quote(value)}",
        "json": json.dumps(json.dumps({"key": value})),
        "repr": repr([value]),
    }


@leaks
async def raises(value: str, state: State) -> State:
    raise ValueError(f"the key {value} was refused")


@leaks
async def chains(value: str, state: State) -> State:
    try:
        try:
            raise LookupError(value)
        except LookupError as first:
            raise OSError(value) from first
    except OSError:
        error = RuntimeError("hidden deep")
        error.add_note(f"a note with {value}")
        raise error  # noqa: B904 - the context is the point


@leaks
async def groups(value: str, state: State) -> State:
    raise ExceptionGroup(value, [ValueError(value), TypeError([value])])


@leaks
async def names_an_exception(value: str, state: State) -> State:
    raise type(f"E{value}", (Exception,), {})(value)


@leaks
async def exits(value: str, state: State) -> State:
    sys.exit(value)


@leaks
async def prints(value: str, state: State) -> State:
    print("printed", value)
    print("printed to", value, file=sys.stderr)
    print("printed past", value, file=sys.__stdout__)
    sys.stdout.write(value[:9])
    sys.stdout.write(value[9:] + "\n")
    return state


@leaks
async def logs(value: str, state: State) -> State:
    logging.getLogger("leaky").error("logged %s", value)
    warnings.warn(value, stacklevel=1)
    try:
        raise ValueError(value)
    except ValueError:
        logging.getLogger("leaky").exception("with its trace")
        traceback.print_exc()
    return state


@leaks
async def forgets_a_task(value: str, state: State) -> State:
    async def late() -> None:
        await asyncio.sleep(0.05)
        raise ValueError(value)

    _forgotten.append(asyncio.ensure_future(late()))
    return state


@leaks
async def returns_no_json(value: str, state: State) -> State:
    return {**state, "value": value.encode()}


@leaks
async def asks_for_it_as_a_name(value: str, state: State) -> State:
    return {**state, "found": await asyncio.sleep(0, f"K_{value}"), "seen": [*state, value]}


class Client:
    """A service whose error repeats what it was given."""

    def ask(self, key: str) -> str:
        raise PermissionError(f"401 for Authorization: Bearer {key}")


async def uses_client(state: State, secrets: BrainSecrets, service: Client) -> State:
    return {**state, "answer": service.ask(await secrets.get("SERVICE_ERROR"))}


async def changes_options(state: State, options: State, secrets: BrainSecrets) -> State:
    options["added"] = options["given"] = await secrets.get("OPTIONS")
    return {**state, "options": options}


async def no_such(state: State, secrets: BrainSecrets) -> State:
    value = await secrets.get("MISSING")
    return {**state, "more": await secrets.get(f"K_{value}")}


async def inner_leak(state: State, secrets: BrainSecrets) -> State:
    return {**state, "inner": await secrets.get("INNER")}


async def inner_raise(state: State, secrets: BrainSecrets) -> State:
    raise ValueError(await secrets.get("INNER_RAISES"))


def reduce(state: State, inner: State) -> State:
    return {**state, **inner, f"reduced {inner['inner']}": inner}


SERVICE = (
    brain("service_error").with_services({"service": Client()}).step("Use the client", uses_client)
)
OPTIONS = brain("options").with_options({"given": ""}).step("Change", changes_options)
MISSING = brain("missing").step("Ask", no_such)
INNER = brain("inner").brain("Inside", brain("in the inner").step("Leak", inner_leak), reduce)
INNER_RAISES = brain("inner_raises").brain(
    "Inside", brain("in the raising").step("Raise", inner_raise), reduce
)

globals().update({f"WAY_{name}": found for name, found in WAYS.items()})
