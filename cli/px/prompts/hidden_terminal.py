"""A terminal that does not show what is typed, until px is done, stopped or suspended."""

from __future__ import annotations

import errno
import os
import signal
import termios
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, Final, Self

_Mode = list[Any]  # the termios format
_JOB_CONTROL: Final = (signal.SIGTSTP, signal.SIGCONT)


class HiddenTerminal:
    """A context manager. `ask` prints the question, first and again when px is resumed.

    Only after echo is off: otherwise a quick answer would be visible.
    """

    def __init__(self, fd: int, ask: Callable[[], None]) -> None:
        self.fd = fd
        self._ask = ask
        self._before: _Mode = termios.tcgetattr(fd)
        self._hidden = _hidden(termios.tcgetattr(fd))
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        try:
            self._listen()
            # TCSADRAIN keeps what was typed before the prompt: it is the start of the value.
            _set(self.fd, termios.TCSADRAIN, self._hidden)
            self._ask()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._restore()
        except KeyboardInterrupt:  # once at most: see px.stopping
            self._restore()
            raise

    def _restore(self) -> None:
        # TCSAFLUSH: the rest of a paste must not become the shell's next command.
        _set(self.fd, termios.TCSAFLUSH, self._before)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _listen(self) -> None:
        for number, take in zip(_JOB_CONTROL, (self._suspend, self._resume), strict=True):
            # A shell without job control ignores Ctrl-Z.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, take)

    def _suspend(self, number: int, _frame: FrameType | None) -> None:
        """Ctrl-Z: gives the shell its terminal back as it was, and stops px here until `fg`.

        Or px does not stop: the system does not suspend a process that no shell could resume.
        """
        _set(self.fd, termios.TCSAFLUSH, self._before)
        taken = {one: signal.signal(one, signal.SIG_DFL) for one in _JOB_CONTROL}
        os.kill(os.getpid(), number)
        for one, handler in taken.items():
            signal.signal(one, handler)
        self._hide_again()

    def _resume(self, _number: int, _frame: FrameType | None) -> None:
        """After a stop that px could not catch; the terminal's mode may have changed since."""
        self._hide_again()

    def _hide_again(self) -> None:
        # In the background px must not change the terminal: reading from it stops px again.
        with suppress(OSError):  # the terminal was closed, which reading reports
            if os.tcgetpgrp(self.fd) == os.getpgrp():
                _set(self.fd, termios.TCSADRAIN, self._hidden)
                self._ask()


def _hidden(mode: _Mode) -> _Mode:
    """Each byte as it arrives; signal keys still work, and Enter is a line end."""
    mode[0] |= termios.ICRNL
    mode[3] = mode[3] & ~(termios.ECHO | termios.ICANON | termios.IEXTEN) | termios.ISIG
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
    return mode


def _set(fd: int, when: int, mode: _Mode) -> None:
    """Retries after signals; a closed terminal needs no mode."""
    while True:
        try:
            return termios.tcsetattr(fd, when, mode)
        except termios.error as error:
            if error.args[0] != errno.EINTR:
                return None
