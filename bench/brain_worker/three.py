"""A brain of three steps, one of which reads a secret: copied into a Worker's brains/."""

from __future__ import annotations

import asyncio
from typing import Any

from positronic import brain
from positronic.brains import BrainSecrets

State = dict[str, Any]


@brain("three").step("One")
async def one(state: State, secrets: BrainSecrets) -> State:
    return {**state, "length": len(await secrets.get("KEY_1"))}


@one.step("Two")
async def two(state: State) -> State:
    await asyncio.sleep(0.001)
    return {**state, "two": True}


@two.step("Three")
async def three(state: State) -> State:
    return {**state, "text": "x" * 1000}
