"""The signals that ask px to stop: one exception, once, so that px can say what it has done."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Final

# Windows lacks all but the first two. The last four: timeouts and limits of batch systems.
_NAMES: Final = (
    *("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"),
    *("SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU"),
)
SIGNALS: Final = tuple(getattr(signal, name) for name in _NAMES if hasattr(signal, name))
_received: list[int] = []


def take() -> None:
    """From now on the first of them raises KeyboardInterrupt, and later ones do nothing.

    One that was ignored at px's start stays ignored: `nohup px` outlives its terminal.
    """
    for number in heeded():
        signal.signal(number, _raise_once)


def heeded() -> list[signal.Signals]:
    """Those that px's caller does not have ignored."""
    return [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


def note(number: int) -> None:
    """The signal that stops px, for its exit code."""
    _received.append(number)


def hold_off() -> None:
    """From now on none of them does anything: px says its last words."""
    for number in SIGNALS:
        if signal.getsignal(number) is _raise_once:
            # Not SIG_IGN: a program that px still starts would inherit that.
            signal.signal(number, _do_nothing)


def hand_back() -> None:
    """Their default actions, for a command in px's place; one noted but not yet raised is raised.

    A handler is reset by exec, but a signal that it has noted would be lost.
    """
    for number in heeded():
        signal.signal(number, signal.SIG_DFL)


def exit_code() -> int:
    """As shells have it: 128 and the signal's number; 130 where no signal came."""
    return 128 + (_received[0] if _received else signal.SIGINT)


def _raise_once(number: int, _frame: FrameType | None) -> None:
    """An impatient second Ctrl-C must not cut px's account short."""
    note(number)
    hold_off()
    raise KeyboardInterrupt


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    return
