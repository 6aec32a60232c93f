"""The Worker's memory after many requests. `python -m bench.memory` prints the figures."""

from __future__ import annotations

from bench.heap import heap_worker

from px.project.workspace import Workspace

WARM_UP = 300
REQUESTS = 1000
# WASM memory grows by a fifth at a time, in whole pages: one such step may fall into any thousand
# requests.
STEP = 0.2
PAGE = 64 * 1024  # bytes
# The runtime itself keeps an entrypoint for each request until V8 collects: a handful of objects.
OBJECTS_EACH = 10


def test_memory_stays_flat(project: Workspace) -> None:
    """1,000 mixed requests, some of 240 KB, leave less than 10 KB each behind, and no more Python
    objects than the runtime's own."""
    with heap_worker(project) as worker:
        worker.mixed(WARM_UP)
        before = worker.memory()
        worker.mixed(REQUESTS)
        after = worker.memory()

    assert after.wasm - before.wasm <= STEP * before.wasm + PAGE
    assert after.objects - before.objects <= OBJECTS_EACH * REQUESTS
