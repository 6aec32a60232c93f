"""The API on CPython, as someone would host it: an ASGI application for uvicorn.

In memory, so that a test can throw it away; ledgers in files make it a real host.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Coroutine

from positronic.api.service import Service, Settings
from positronic.ledger.memory import MemoryLedger
from px.serve.asgi import application
from px.serve.one_process import one_process

_tasks: set[asyncio.Task[None]] = set()


def _now() -> int:
    return time.time_ns() // 1_000_000


def _in_background(work: Coroutine[None, None, None]) -> None:
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


settings = Settings(
    master_keys=os.environ["MASTER_KEYS"],
    root_token_sha256=os.environ["ROOT_TOKEN_SHA256"],
    project=os.environ.get("PROJECT", "default"),
)
runtime = one_process(
    lambda: settings,
    lambda _: MemoryLedger(),
    clock=_now,
    random=os.urandom,
    report=lambda line: print(line, file=sys.stderr),  # noqa: T201
    in_background=_in_background,
).runtime
app = application(Service(settings, runtime))
