"""Times `secrets.get` beside a bare `KV.get` in one run: copied into a Worker's brains/."""

from __future__ import annotations

import time
from typing import Any

from workers import env

from positronic import brain
from positronic.brains import BrainSecrets

State = dict[str, Any]

BLOCK = 10


@brain("reading").step("Read")
async def reading(state: State, secrets: BrainSecrets) -> State:
    """Each name once, since a run reads a name from KV once; milliseconds of each block of 10.

    In blocks, and one kind after the other: workerd's clock moves by whole milliseconds, and only
    when something comes in from outside.
    """
    kv, names = env.SECRETS_KV, state["names"]
    bare, ours = [], []
    for start in range(0, len(names), BLOCK):
        some = names[start : start + BLOCK]
        began = time.perf_counter()
        for name in some:
            await kv.get(f"default/secret/{name}")
        between = time.perf_counter()
        for name in some:
            await secrets.get(name)
        ended = time.perf_counter()
        bare.append(1000 * (between - began))
        ours.append(1000 * (ended - between))
    return {"bare": bare, "ours": ours, "block": BLOCK}
