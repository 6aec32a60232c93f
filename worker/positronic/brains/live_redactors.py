"""Which runs there are, and which of them the code at hand belongs to."""

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
    """A run has begun. It counts as long as anything of it is left, its host or a task it started.

    So what a forgotten task tells of its failure, long after the run, is redacted still.
    """
    _alive.add(redactor)


@contextmanager
def within(redactor: Redactor) -> Iterator[None]:
    """While the run's own code is called, and in the tasks that it starts.

    Not around a `yield` of events: a generator's consumer would inherit it.
    """
    token = _current.set(redactor)
    try:
        yield
    finally:
        # A call that is thrown away is closed in a context where there is nothing to set back.
        with suppress(ValueError):
            _current.reset(token)


def responsible() -> list[Redactor]:
    """The redactor of the run that the caller belongs to, then those of every other run.

    Of the others too: what one run leaves behind, such as the exception of a task that nobody
    waits for, is told whenever Python collects it, and that may be in the middle of another run.
    """
    current = _current.get()
    others = [one for one in _alive if one is not current]
    return others if current is None else [current, *others]
