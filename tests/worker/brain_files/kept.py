"""A client at module level, which keeps the key of whatever run made it, and lets it out later."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from positronic import brain
from positronic.brains import BrainSecrets

State = dict[str, Any]


class Client:
    key = ""


client = Client()
_late: list[asyncio.Task[None]] = []


@brain("makes").step("Make the client")
async def makes(state: State, secrets: BrainSecrets) -> State:
    client.key = await secrets.get("KEY")
    return state


async def late(key: str) -> None:
    await asyncio.sleep(0.05)
    print("late", key)
    raise ValueError(key)


@brain("uses").step("Use the client")
async def uses(state: State) -> State:
    print("asks with", client.key)
    _late.append(asyncio.ensure_future(late(client.key)))
    basic = base64.b64encode(f"user:{client.key}".encode()).decode()
    return {**state, client.key: [f"Bearer {client.key}"], "basic": basic}


@uses.step("Fail")
async def fails(state: State) -> State:
    raise RuntimeError(f"401 for {client.key}")


@brain("idles").step("Idle")
async def idles(state: State) -> State:
    return state


@brain("branches").step("Read")
async def read(state: State, secrets: BrainSecrets) -> State:
    return {"mode": await secrets.get("MODE"), "pin": int(await secrets.get("PIN"))}


@read.step("Branch")
async def branches(state: State) -> State:
    is_live = state["mode"] == "production" and state["pin"] == 123456
    return {**state, "went": "live" if is_live else "elsewhere"}
