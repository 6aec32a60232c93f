"""The redactors of runs that ended a moment ago: their tasks may still have something to log."""

from __future__ import annotations

from collections import deque
from contextlib import AbstractContextManager
from typing import Final

from positronic.brains.current import active
from positronic.redact import Redactor

KEPT: Final = 32  # runs; each line of the log is searched for what they read

_lingering: Final[deque[AbstractContextManager[None]]] = deque()


def linger(redactor: Redactor) -> None:
    """What this run read is taken out of the log for some time to come."""
    found = active(redactor)
    found.__enter__()
    _lingering.append(found)
    if len(_lingering) > KEPT:
        _lingering.popleft().__exit__(None, None, None)
