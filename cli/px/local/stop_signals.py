"""Turns the first stop signal into an exception, so that stopping is not interrupted."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@contextmanager
def first_signal() -> Iterator[list[signal.Signals]]:
    """The first signal raises KeyboardInterrupt and is put in the list; later ones do nothing.

    A signal that was ignored before stays ignored: `nohup px dev` outlives its terminal.
    """
    received: list[signal.Signals] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if len(received) == 1:
            raise KeyboardInterrupt

    heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in heeded}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code(received: list[signal.Signals]) -> int:
    """130 for Ctrl-C, like a shell; 0 for other signals, as px stopped as requested."""
    return 130 if received[:1] == [signal.SIGINT] else 0
