"""Size limits: the largest is accepted, one more is refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Final

from px.spec import contract
from px.spec.answer import demand
from px.spec.promises import Group
from px.spec.world import World

LIMITS: Final = Group("limits")
JSON: Final = {"Content-Type": "application/json"}
CHUNK: Final = 65_536
EURO: Final = "\u20ac"  # three bytes in UTF-8


@LIMITS.full
async def value(world: World) -> None:
    """A value of 1 to 65,536 bytes of UTF-8 without NUL is accepted."""
    largest = EURO * (contract.MAX_VALUE // 3) + "x"
    for text in ("x", " ", "\n\t\r ", "\ufeff\u202e\U0001f600\u0301", "'\"\\${}", largest):
        name = world.name()
        await world.store(name, text)

        async def opens(name: str = name) -> None:
            demand(await world.exists(name), "an accepted value does not open")

        await world.eventually(opens)


@LIMITS.full
async def no_value(world: World) -> None:
    """A value that is empty, too large or contains NUL is refused as invalid_value."""
    too_long = EURO * (contract.MAX_VALUE // 3) + "xx"
    for text in ("", "x" * (contract.MAX_VALUE + 1), too_long, "a\0b"):
        (await world.put(world.name(), text)).refused("invalid_value", "a value outside the limits")


@LIMITS.full
async def entries(world: World) -> None:
    """A bulk request has at most 500 entries; one more is too_large."""
    start = world.name()
    many = [(f"{start}_{number:03}", "x") for number in range(contract.MAX_BULK)]
    found = (await world.bulk(many)).succeeded("a bulk request of 500 entries")
    demand(found.number("created") == len(many), "not all of 500 entries were created")
    found = await world.bulk([*many, (world.name(), "x")])
    found.refused("too_large", "a bulk request of 501 entries")


@LIMITS.full
async def body(world: World) -> None:
    """A body has at most 8 MiB; one more byte is too_large, even without Content-Length."""
    largest = json.dumps({"name": world.name(), "value": "x"}).encode()
    largest = largest.ljust(contract.MAX_BODY)
    found = await world.call("POST", "/secrets", body=largest, headers=JSON)
    found.succeeded("a body of 8 MiB")
    for larger in (largest + b" ", _chunks(largest + b" ")):
        found = await world.call("POST", "/secrets", body=larger, headers=JSON)
        found.refused("too_large", "a body over 8 MiB")


async def _chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]
