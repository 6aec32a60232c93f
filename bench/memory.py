"""`python -m bench.memory`: does the Worker's memory stay flat? One table, with a comparison.

The comparison is the same Worker giving the least answer it can: what that leaves behind is the
runtime's. It keeps an entrypoint for each request until V8 collects, so objects go up and down.
"""

from __future__ import annotations

from typing import Final

from bench.checkout import checkout
from bench.heap import HeapWorker, Memory, heap_worker
from bench.table import print_head, print_row

STEP: Final = 1000
STEPS: Final = 5
MIB: Final = 1024 * 1024


def main() -> None:
    print_head("requests", "mixed: WASM", "mixed: objects", "least: WASM", "least: objects")
    with (
        checkout() as project,
        heap_worker(project) as real,
        heap_worker(project) as least,
    ):
        _both(0, real, least)
        for number in range(1, STEPS + 1):
            real.mixed(STEP)
            least.nothing(STEP)
            _both(number * STEP, real, least)


def _both(count: int, real: HeapWorker, least: HeapWorker) -> None:
    print_row(f"{count:,}", *_shown(real.memory()), *_shown(least.memory()))


def _shown(memory: Memory) -> tuple[str, str]:
    return f"{memory.wasm / MIB:.1f} MiB", f"{memory.objects:,}"


if __name__ == "__main__":
    main()
