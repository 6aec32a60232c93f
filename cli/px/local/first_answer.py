"""Waits for a Worker's first answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from px.http.lean_httpx import httpx
from px.project.errors import LocalError

PAUSE: Final = 0.005  # seconds between two checks
LONGEST: Final = 600.0  # seconds for one request: a timeout must be finite


def wait_until(happened: Callable[[], bool], deadline: float, log: Path) -> None:
    """Returns once the condition holds; raises LocalError at the deadline (time.monotonic)."""
    while not happened():
        if time.monotonic() > deadline:
            raise LocalError("the Worker did not answer in time", f"its log is {log}")
        time.sleep(PAUSE)


def wait_for_answer(url: str, deadline: float, alive: Callable[[], None], log: Path) -> None:
    """Returns once GET /status answers 200; `alive` raises if it never will."""
    # trust_env=False: the user's proxy and .netrc must not apply to loopback.
    with httpx.Client(base_url=url, trust_env=False) as client:

        def answered() -> bool:
            alive()
            try:
                seconds = min(max(deadline - time.monotonic(), PAUSE), LONGEST)
                return client.get("/status", timeout=seconds).status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

        wait_until(answered, deadline, log)
