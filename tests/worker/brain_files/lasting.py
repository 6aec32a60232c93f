"""Ends as it is told: well, with an error, or not by itself."""

from __future__ import annotations

import asyncio
from typing import Any

from positronic import brain

State = dict[str, Any]


@brain("lasting").with_options({"how": "complete"}).step("Begin")
async def lasting(state: State) -> State:
    await asyncio.sleep(0)
    return {**state, "begun": True}


@lasting.step("Last")
async def last(state: State, options: State) -> State:
    if options["how"] == "error":
        raise RuntimeError("as it was told")
    if options["how"] == "wait":
        await asyncio.sleep(3600)
    return {**state, "done": True}
