"""Three steps, each of which asks a service on loopback; so the service knows which ones ran."""

from __future__ import annotations

from typing import Any

from workers import fetch

from positronic import brain
from positronic.brains import BrainSecrets

State = dict[str, Any]


@brain("counted").with_options({"url": ""}).step("One")
async def one(state: State, options: State, secrets: BrainSecrets) -> State:
    await secrets.get("KEY")
    return {**state, "one": await _ask(options, "one")}


@one.step("Two")
async def two(state: State, options: State) -> State:
    return {**state, "two": await _ask(options, "two")}


@two.step("Three")
async def three(state: State, options: State) -> State:
    return {**state, "three": await _ask(options, "three")}


async def _ask(options: State, what: str) -> str:
    answer = await fetch(f"{options['url']}/{what}")
    return str(await answer.text())
