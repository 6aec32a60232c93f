"""The redactors of runs that ended a moment ago: their tasks may still have something to log."""

from __future__ import annotations

from collections import deque
from typing import Final

from positronic.redact import Redactor

KEPT: Final = 32  # runs; each line of the log is searched for what they read

_lingering: Final[deque[Redactor]] = deque(maxlen=KEPT)


def linger(redactor: Redactor) -> None:
    """What this run read is taken out of the log for some time to come."""
    _lingering.append(redactor)
