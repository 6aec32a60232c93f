"""Two brains that print half a line, wait, and print the rest: with await, and blocking in JS."""

from __future__ import annotations

import asyncio
from typing import Any

from positronic import BrainSecrets, brain

State = dict[str, Any]

TIMES = 20


async def talk(state: State, options: State, secrets: BrainSecrets) -> State:
    value = await secrets.get("TALKS")
    for number in range(TIMES):
        print(f"{options['name']} {value} ", end="")
        await asyncio.sleep(0.01)
        print(number)
    return state


async def block(state: State, options: State) -> State:
    from pyodide.ffi import run_sync

    for number in range(TIMES):
        print(f"{options['name']} ", end="")
        run_sync(asyncio.sleep(0.01))
        print(number)
    return state


talks = brain("talks").with_options({"name": ""}).step("Talk", talk)
blocks = brain("blocks").with_options({"name": ""}).step("Talk", block)
