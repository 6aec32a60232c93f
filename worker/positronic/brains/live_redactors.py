"""The redactors of live runs, and which run the current code belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Final
from weakref import WeakSet

from positronic.redact import Redactor

_current: Final[ContextVar[Redactor | None]] = ContextVar("redactor", default=None)
_alive: Final[WeakSet[Redactor]] = WeakSet()


def alive(redactor: Redactor) -> None:
    """Register a run's redactor, for as long as its host or a task that it started is alive."""
    _alive.add(redactor)


@contextmanager
def within(redactor: Redactor) -> Iterator[None]:
    """Wraps the run's own code; never a `yield` of events, whose consumer would inherit it."""
    token = _current.set(redactor)
    try:
        yield
    finally:
        # A discarded call is closed in another context, where there is nothing to reset.
        with suppress(ValueError):
            _current.reset(token)


def responsible() -> list[Redactor]:
    """The caller's run first, then all others: Python may log what one left behind in another."""
    current = _current.get()
    others = [one for one in _alive if one is not current]
    return others if current is None else [current, *others]
