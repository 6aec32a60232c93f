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
    """Register a run's redactor, for as long as its host or a task that it started is alive.

    So the late failure of a forgotten task is still redacted.
    """
    _alive.add(redactor)


@contextmanager
def within(redactor: Redactor) -> Iterator[None]:
    """Wraps calls of the run's own code, and the tasks that it starts.

    Not around a `yield` of events, because the generator's consumer would inherit it.
    """
    token = _current.set(redactor)
    try:
        yield
    finally:
        # A discarded call is closed in another context, where there is nothing to reset.
        with suppress(ValueError):
            _current.reset(token)


def responsible() -> list[Redactor]:
    """The redactor of the caller's run, then those of all other runs.

    The others too, because what a run leaves behind, such as the exception of a task that nobody
    awaited, is logged when Python collects it, maybe in the middle of another run.
    """
    current = _current.get()
    others = [one for one in _alive if one is not current]
    return others if current is None else [current, *others]
