"""`python -m bench.memory`: does the Worker's memory stay flat? One table, with a comparison.

The comparison is the same Worker giving the least answer it can: what that leaves behind is the
runtime's. It keeps an entrypoint for each request until V8 collects, so objects go up and down.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from bench.heap import HeapWorker, Memory, heap_worker
from px.local.setup import set_up
from px.project.workspace import find_project

STEP: Final = 1000
STEPS: Final = 5
MIB: Final = 1024 * 1024


def main() -> None:
    project = find_project(Path(__file__).parent)
    set_up(project, lambda line: print(line, file=sys.stderr))
    _row("requests", "mixed: WASM", "mixed: objects", "least: WASM", "least: objects")
    _row("---", "---", "---", "---", "---")
    with heap_worker(project) as real, heap_worker(project) as least:
        _both(0, real, least)
        for number in range(1, STEPS + 1):
            real.mixed(STEP)
            least.nothing(STEP)
            _both(number * STEP, real, least)


def _both(count: int, real: HeapWorker, least: HeapWorker) -> None:
    _row(f"{count:,}", *_shown(real.memory()), *_shown(least.memory()))


def _shown(memory: Memory) -> tuple[str, str]:
    return f"{memory.wasm / MIB:.1f} MiB", f"{memory.objects:,}"


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
