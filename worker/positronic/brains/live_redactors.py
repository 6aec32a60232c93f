"""The redactors of live runs, and which run the current code belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import Context, ContextVar, Token
from typing import Any, Final, NamedTuple
from weakref import WeakSet

from positronic.brains.printed import Printed
from positronic.redact import Redactor


class _Here(NamedTuple):
    """The run that the current code belongs to."""

    redactor: Redactor
    printed: Printed | None


_current: Final[ContextVar[_Here | None]] = ContextVar("run", default=None)
_alive: Final[WeakSet[Redactor]] = WeakSet()


def alive(redactor: Redactor) -> None:
    """Register a run's redactor, for as long as its host or a task that it started is alive."""
    _alive.add(redactor)


@contextmanager
def within(redactor: Redactor, printed: Printed | None = None) -> Iterator[None]:
    """Wraps the run's own code; never a `yield` of events, whose consumer would inherit it."""
    token = _current.set(_Here(redactor, printed))
    try:
        yield
    finally:
        # A discarded call is closed in another context, where there is nothing to reset.
        with suppress(ValueError):
            _current.reset(token)


def responsible() -> list[Redactor]:
    """The caller's run first, then all others: Python may log what one left behind in another."""
    here = _current.get()
    current = here.redactor if here else None
    others = [one for one in _alive if one is not current]
    return others if current is None else [current, *others]


def printed_here() -> Printed | None:
    """Where the current code's prints go; None outside of runs."""
    here = _current.get()
    return here.printed if here else None


def cleaning_up() -> Callable[[str, Mapping[str, int]], None]:
    """For `gc.callbacks`: what Python cleans up belongs to no run, whichever one it interrupts.

    Otherwise what one run left behind (a failed task, a generator) would be printed as another's.
    """
    tokens: list[Token[_Here | None]] = []

    def called(phase: str, _: Mapping[str, int]) -> None:
        if phase == "start":
            tokens.append(_current.set(None))
        elif tokens:
            _current.reset(tokens.pop())

    return called


def report_failures() -> None:
    """From now on, unless a host has its own handler, failed tasks of this loop are reported in the
    run that started them.
    """
    loop = asyncio.get_running_loop()
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(_report_failure)


def _report_failure(loop: asyncio.AbstractEventLoop, failure: dict[str, Any]) -> None:
    """As by default, but a task's in its own run, and what is no task's in none.

    A failure that no code awaited is reported when its task is thrown away, and another run's code
    may do that.
    """
    task = failure.get("task") or failure.get("future")
    has_context = getattr(task, "get_context", None)  # a task has, from Python 3.12 on
    # A copy: its own context may be in use at this moment.
    own: Context = has_context().copy() if has_context else Context()
    own.run(loop.default_exception_handler, failure)
