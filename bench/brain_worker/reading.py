"""Times `secrets.get` beside a bare `KV.get` in one run: copied into a Worker's brains/."""

from __future__ import annotations

import time
from typing import Any

from workers import env

from positronic import brain
from positronic.brains import BrainSecrets

State = dict[str, Any]

BLOCK = 25


@brain("reading").step("Read")
async def reading(state: State, secrets: BrainSecrets) -> State:
    """Milliseconds that each of the first half takes, one after the other, by either way, and each
    of the other half by one `get_many`.

    In blocks, since workerd's clock moves by whole milliseconds, and only when something comes in
    from outside; the ways take turns in being first. A run reads a name from KV once, so all were
    read before, by the bare way.
    """
    kv, half = env.SECRETS_KV, len(state["names"]) // 2
    names, together = state["names"][:half], state["names"][half:]
    ways = {"bare": lambda name: kv.get(f"default/secret/{name}"), "ours": secrets.get}
    took = dict.fromkeys(ways, 0.0)
    for name in names:
        await ways["bare"](name)
    for number, start in enumerate(range(0, len(names), BLOCK)):
        for way in sorted(ways, reverse=number % 2 == 1):
            began = time.perf_counter()
            for name in names[start : start + BLOCK]:
                await ways[way](name)
            took[way] += 1000 * (time.perf_counter() - began)
    began = time.perf_counter()
    await secrets.get_many(together)
    many = 1000 * (time.perf_counter() - began) / len(together)
    return {"many": many, **{way: total / len(names) for way, total in took.items()}}
