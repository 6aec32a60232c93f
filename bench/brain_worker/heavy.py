"""States that are heavy to redact, and a run with many megabytes of events."""

from __future__ import annotations

from typing import Any

from positronic import brain
from positronic.brains import BrainSecrets

State = dict[str, Any]


async def escaped(secrets: BrainSecrets) -> State:
    await secrets.get_many(await secrets.names())
    return {"text": "\\u0061x%41&lt;" * 60_000}


async def grow(state: State, secrets: BrainSecrets) -> State:
    await secrets.get_many(await secrets.names())
    number = state.get("number", 0) + 1
    return {"number": number, "rows": [[number, f"row {number} {row}"] for row in range(36_000)]}


ESCAPED = brain("escaped").step("Return", escaped)
LONG = brain("long")
for count in range(14):
    LONG = LONG.step(f"Grow {count}", grow)
