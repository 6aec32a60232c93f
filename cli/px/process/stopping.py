"""Turns the first stop signal into an exception, so that px can say what it has done."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

# Windows only has the first two. The last four: timeouts and limits of batch systems.
_NAMES: Final = (
    *("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"),
    *("SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU"),
)
SIGNALS: Final = tuple(getattr(signal, name) for name in _NAMES if hasattr(signal, name))
_received: list[int] = []
_GRACE_S: Final = 0.2


def take() -> None:
    """From now on the first stop signal raises KeyboardInterrupt, and later ones do nothing.

    A signal that was ignored when px started stays ignored: `nohup px` outlives its terminal.
    """
    for number in heeded():
        signal.signal(number, _raise_once)
    sys.unraisablehook = _raise_again
    _repeat_unheard()


def heeded() -> list[signal.Signals]:
    """The stop signals that px's caller does not ignore."""
    return [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


def note(number: int) -> None:
    """Remembers the signal that stops px, for its exit code."""
    _received.append(number)


def hold_off() -> None:
    """From now on stop signals do nothing, while px prints its last messages."""
    for number in SIGNALS:
        if signal.getsignal(number) is _raise_once:
            # Not SIG_IGN, which programs that px starts would inherit.
            signal.signal(number, _do_nothing)


def hand_back() -> None:
    """Restores the default actions, for the command that replaces px; raises a pending signal.

    exec resets a handler, but a signal that Python has noted and not yet raised would be lost.
    """
    signal.set_wakeup_fd(-1)
    for number in heeded():
        signal.signal(number, signal.SIG_DFL)


def exit_code() -> int:
    """Like a shell: 128 plus the signal's number; 130 without a signal."""
    return 128 + (_received[0] if _received else signal.SIGINT)


def _repeat_unheard() -> None:
    """Starts a thread that sends the main thread a signal again if nothing has come of it.

    Python only notes a signal, and raises it before the main thread's next instruction. If it comes
    just before a system call that waits, or to another thread, px would wait for that call to end.
    """
    if not hasattr(signal, "pthread_kill"):
        return
    noted, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    main = threading.main_thread()

    def repeat() -> None:
        while received := os.read(noted, 1):
            time.sleep(_GRACE_S)
            if signal.getsignal(received[0]) is _raise_once and main.ident is not None:
                signal.pthread_kill(main.ident, received[0])

    threading.Thread(target=repeat, name="signals", daemon=True).start()


def _raise_once(number: int, _frame: FrameType | None) -> None:
    """An impatient second Ctrl-C must not cut off px's report."""
    note(number)
    hold_off()
    raise KeyboardInterrupt


def _raise_again(ignored: UnraisableHookArgs) -> None:
    """Python ignores what is raised in some places, such as an import's clean-up: a signal that
    came there comes once more.
    """
    if ignored.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(ignored)
        return
    for number in SIGNALS:
        if signal.getsignal(number) is _do_nothing:
            signal.signal(number, _raise_once)


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    return
