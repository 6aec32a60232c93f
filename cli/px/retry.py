"""Asks again when that is safe and may help: bounded in number and in time.

Every call of px is idempotent. By hand, because the libraries for it cost a third of a command's
start-up time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from px.transport import Answer, Lost

ATTEMPTS: Final = 4
FIRST_WAIT: Final = 0.2  # seconds; doubles each time
_RETRIED: Final = frozenset({429, 502, 503})


def _jitter() -> float:
    from random import uniform

    return uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing


@dataclass(frozen=True, slots=True)
class Outcome:
    """The last result, and those of the attempts before it."""

    result: Answer | Lost
    earlier: tuple[Answer | Lost, ...] = ()

    @property
    def uncertain(self) -> bool:
        """Whether an earlier attempt may have been carried out."""
        return any(may_have_acted(result) for result in self.earlier)


@dataclass(frozen=True, slots=True)
class Retry:
    """`timeout` seconds for all attempts and the waits between them."""

    timeout: float
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = _jitter

    def run(self, send: Callable[[float], Answer]) -> Outcome:
        """`send` gets the seconds that remain."""
        deadline = self.clock() + self.timeout
        earlier: list[Answer | Lost] = []
        for attempt in range(ATTEMPTS):
            result = _attempt(send, max(deadline - self.clock(), 0.001))
            wait = self._wait(result, attempt)
            if wait is None or attempt == ATTEMPTS - 1 or self.clock() + wait >= deadline:
                break
            earlier.append(result)
            self.pause(wait)
        return Outcome(result, tuple(earlier))

    def _wait(self, result: Answer | Lost, attempt: int) -> float | None:
        """Seconds until the next attempt, or None when there should be none."""
        backoff = FIRST_WAIT * self.jitter() * (1 << attempt)
        if isinstance(result, Lost):
            return None if result.final else backoff
        if result.status not in _RETRIED:
            return None
        return max(backoff, _retry_after(result.headers.get("retry-after", "")))


def may_have_acted(result: Answer | Lost) -> bool:
    """Whether the server may have done what was asked, although it did not say so."""
    if isinstance(result, Lost):
        return result.sent
    return result.status >= 500


def _attempt(send: Callable[[float], Answer], timeout: float) -> Answer | Lost:
    try:
        return send(timeout)
    except Lost as lost:
        return lost


def _retry_after(text: str) -> float:
    """Seconds (RFC 9110, 10.2.3): a number or a date; 0 when it is neither."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    if not text:
        return 0
    from email.utils import parsedate_to_datetime

    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0)
    except (TypeError, ValueError):
        return 0
