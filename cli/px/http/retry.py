"""Retries when that is safe and may help, with limits on number and time. By tenacity."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from px.http.result import Answer, Lost, Result

if TYPE_CHECKING:
    import tenacity

ATTEMPTS: Final = 4
FIRST_WAIT: Final = 0.2  # seconds; doubles each time
LONGEST_WAIT: Final = 3.0  # seconds
_RETRIED: Final = frozenset({408, 429, 502, 503})


class Outcome(NamedTuple):
    """The last result, and those of earlier attempts."""

    result: Result
    earlier: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """`timeout` seconds for all attempts and the pauses between them."""

    timeout: float
    pause: Callable[[float], None] = time.sleep
    attempts: int = ATTEMPTS

    def once(self, send: Callable[[float], Answer]) -> Outcome:
        """A single attempt."""
        return Outcome(_attempt(send, self.timeout))

    def run(self, send: Callable[[float], Answer]) -> Outcome:
        """`send` gets the remaining seconds."""
        deadline = time.monotonic() + self.timeout
        results: list[Result] = []

        def attempt() -> Result:
            results.append(_attempt(send, max(deadline - time.monotonic(), 0.001)))
            return results[-1]

        if _may_pass(attempt()):
            # tenacity is only imported after a failure: the failed attempt counts as its first.
            made = iter(results[:])
            self._retrying(deadline - time.monotonic())(lambda: next(made, None) or attempt())
        return Outcome(results[-1], tuple(results[:-1]))

    def _retrying(self, seconds: float) -> tenacity.Retrying:
        from tenacity import (
            Retrying,
            retry_if_result,
            stop_after_attempt,
            stop_before_delay,
            wait_exponential_jitter,
        )

        backoff = wait_exponential_jitter(
            multiplier=FIRST_WAIT, max=LONGEST_WAIT, jitter=FIRST_WAIT / 2
        )
        return Retrying(
            sleep=self.pause,
            retry=retry_if_result(_may_pass),
            stop=stop_after_attempt(self.attempts) | stop_before_delay(seconds),
            wait=lambda state: max(backoff(state), _wish(state)),
            retry_error_callback=lambda state: None,
        )


def _may_pass(result: Result) -> bool:
    if isinstance(result, Lost):
        return not result.final
    return result.status in _RETRIED


def _attempt(send: Callable[[float], Answer], timeout: float) -> Result:
    try:
        return send(timeout)
    except Lost as lost:
        return lost


def _wish(state: tenacity.RetryCallState) -> float:
    """Seconds from the last answer's Retry-After; 0 if missing or invalid."""
    result = state.outcome.result() if state.outcome else None
    return _retry_after(result.headers.get("retry-after", "")) if isinstance(result, Answer) else 0


def _retry_after(text: str) -> float:
    """Seconds (RFC 9110, 10.2.3) from a number or a date; 0 for anything else."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    if not text:
        return 0
    from email.utils import parsedate_to_datetime

    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0)
    except (TypeError, ValueError):
        return 0
