"""Waits for a Worker's first answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from px.http.lean_httpx import httpx
from px.project.errors import LocalError
from px.terminal import printable

PAUSE: Final = 0.005  # seconds between two checks

_SETTINGS: Final = "fix it in the `vars` of wrangler's configuration, or in .dev.vars, which wins"


def wait_until(happened: Callable[[], bool], deadline: float, log: Path) -> None:
    """Returns once the condition holds; raises LocalError at the deadline (time.monotonic)."""
    while not happened():
        if time.monotonic() > deadline:
            raise LocalError("the Worker did not answer in time", f"its log is {log}")
        time.sleep(PAUSE)


def wait_for_answer(url: str, deadline: float, alive: Callable[[], None], log: Path) -> None:
    """Returns once GET /status answers 200.

    `alive` raises if it never will; a Worker that says that its settings are wrong never will.
    """
    # trust_env=False: the user's proxy and .netrc must not apply to loopback.
    with httpx.Client(base_url=url, trust_env=False) as client:

        def answered() -> bool:
            alive()
            try:
                seconds = max(deadline - time.monotonic(), PAUSE)
                answer = client.get("/status", timeout=seconds)
            except httpx.TransportError:
                return False
            if wrong := _wrong_setting(answer):
                raise LocalError(f"the Worker cannot be used: {wrong}", _SETTINGS)
            return answer.status_code == httpx.codes.OK

        wait_until(answered, deadline, log)


def _wrong_setting(answer: httpx.Response) -> str:
    """The sentence of a Worker that is `not_configured`; "" for any other answer."""
    try:
        found = json.loads(answer.content)
        return printable(str(found["error"])) if found["code"] == "not_configured" else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
