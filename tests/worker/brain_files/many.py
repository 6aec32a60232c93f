"""Three steps that take their turns with those of other runs, and a secret."""

from __future__ import annotations

import asyncio
from typing import Any

from positronic import brain
from positronic.brains import BrainSecrets

State = dict[str, Any]


@brain("many").step("One")
async def one(state: State, secrets: BrainSecrets) -> State:
    await asyncio.sleep(0.001 * (state["number"] % 7))
    return {**state, "key": await secrets.get("KEY")}


@one.step("Two")
async def two(state: State) -> State:
    await asyncio.sleep(0)
    return {**state, "doubled": 2 * state["number"]}


@two.step("Three")
async def three(state: State) -> State:
    await asyncio.sleep(0.001)
    return {**state, "text": "x" * 1000}
