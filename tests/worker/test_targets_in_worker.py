"""Each provider's target inside the real Worker: signed, sent and read there."""

from __future__ import annotations

import pytest

from positronic.names import parse_name
from support.providers import tables, worlds
from support.running import run
from worker.harness import Harness

VALUE = "canary-é-🔑-in-worker"
CALLS = [
    ["put", "A", VALUE, 1],
    ["look", "A"],
    ["put", "A", f"{VALUE} 2", 2],
    ["look", "A"],
    ["delete", "A"],
    ["look", "A"],
    ["put", "B", VALUE, 1],
]


@pytest.mark.parametrize("provider", worlds.CASES)
def test_in_the_worker(harness: Harness, provider: str) -> None:
    """What is put is there, newest last; what is deleted is not; a failure is one sentence."""

    async def never(*_: object) -> None:
        raise AssertionError("asked from outside of the Worker")

    with worlds.CASES[provider].standing_in() as make:
        world = make(never)  # type: ignore[arg-type]
        configured = tables.table(provider, world.standin.url)
        first, found, second, newer, gone, empty, other = harness.target(*configured, CALLS)
        kept = run(world.value(parse_name("B")))
        world.fail("broken", 9)
        broken = harness.target(*configured, [["put", "B", VALUE, 2]])

    marked = True if world.keeps_marks else None
    assert found == {"A": [marked, first]}
    assert newer == {"A": [marked, second]}
    assert (gone, empty) == ("deleted", {})
    assert (kept, type(other)) == (VALUE, type(first))
    assert broken[0].startswith("store_failed: ")
    assert "canary" not in broken[0]
