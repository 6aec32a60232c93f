"""The API on CPython, as someone would host it: an ASGI application for uvicorn.

In memory, so that a test can throw it away; another Storage makes it a real host.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Coroutine

from positronic.access.audit_throttle import AuditThrottle
from positronic.api.service import InProcess, Runtime, Service, Settings
from positronic.ciphers.native import NativeCipher
from positronic.runs.directory import InProcessRuns
from positronic.stores.memory import MemoryStorage
from px.testing.asgi import application

_tasks: set[asyncio.Task[None]] = set()


def _now() -> int:
    return time.time_ns() // 1_000_000


def _in_background(work: Coroutine[None, None, None]) -> None:
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


app = application(
    Service(
        Settings(
            master_keys=os.environ["MASTER_KEYS"],
            root_token_sha256=os.environ["ROOT_TOKEN_SHA256"],
            project=os.environ.get("PROJECT", "default"),
        ),
        MemoryStorage(),
        Runtime(
            cipher=NativeCipher(),
            clock=_now,
            random=os.urandom,
            report=lambda line: print(line, file=sys.stderr),  # noqa: T201
            one_at_a_time=InProcess(_now),
            in_background=_in_background,
            runs=InProcessRuns(_now, os.urandom),
        ),
        AuditThrottle(_now),
    )
)
