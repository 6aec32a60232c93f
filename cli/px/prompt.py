"""Reads a value from the terminal without showing it.

Not `getpass`: it reads in the terminal's line mode, where the kernel cuts a line at 4,095 bytes
in silence, and it throws away what was pasted after the first line.
"""

from __future__ import annotations

import os
import sys
from typing import Final

from px.failures import Interrupted, Usage

GRACE: Final = 0.2  # seconds in which the rest of a paste arrives
_BACKSPACE: Final = frozenset(b"\x08\x7f")
_CTRL_D: Final = 0x04
_CTRL_U: Final = 0x15
_LINE_END: Final = 0x0A  # the terminal turns a carriage return into it


def read_line(fd: int, limit: int) -> bytes:
    """One hidden line, without its end. Raises Usage when more than one line was pasted."""
    return _read(fd, limit, frozenset({_LINE_END, _CTRL_D}))


def read_all(fd: int, limit: int) -> bytes:
    """Hidden lines up to Ctrl-D."""
    return _read(fd, limit, frozenset({_CTRL_D}))


if sys.platform == "win32":

    def _read(fd: int, limit: int, ends: frozenset[int]) -> bytes:
        import getpass

        if _LINE_END not in ends:
            raise Usage("--stdin needs a pipe or a file here", hint="use --from-file")
        return getpass.getpass("").encode()

else:
    import select
    import termios

    def _read(fd: int, limit: int, ends: frozenset[int]) -> bytes:
        before, hidden = termios.tcgetattr(fd), termios.tcgetattr(fd)
        hidden[3] &= ~(termios.ECHO | termios.ICANON)
        hidden[6][termios.VMIN], hidden[6][termios.VTIME] = 1, 0
        try:
            # TCSADRAIN keeps what was typed before the prompt: it is the value's beginning.
            termios.tcsetattr(fd, termios.TCSADRAIN, hidden)
            return _one_entry(fd, limit, ends)
        finally:
            # TCSAFLUSH: the rest of a paste must not become the shell's next command.
            termios.tcsetattr(fd, termios.TCSAFLUSH, before)

    def _one_entry(fd: int, limit: int, ends: frozenset[int]) -> bytes:
        value, rest = _collect(fd, limit, ends)
        if len(value) > limit:
            _drain(fd)
            raise Usage(f"a value has at most {limit:,} bytes", code="invalid_value")
        if _LINE_END in ends and (rest or _waits(fd)):
            _drain(fd)
            raise Usage(
                "more than one line was pasted, and the prompt reads one; nothing was sent",
                code="invalid_value",
                hint="use --stdin or --from-file",
            )
        return bytes(value)

    def _collect(fd: int, limit: int, ends: frozenset[int]) -> tuple[bytearray, bytes]:
        """What came before the first end, and what came with it; stops above the limit."""
        value = bytearray()
        while len(value) <= limit:
            data = os.read(fd, 4096)
            if not data:
                raise Interrupted
            for place, byte in enumerate(data):
                if byte in ends:
                    return value, data[place + 1 :]
                _edit(value, byte)
        return value, b""

    def _waits(fd: int) -> bool:
        return bool(select.select([fd], [], [], GRACE)[0])

    def _drain(fd: int) -> None:
        while _waits(fd) and os.read(fd, 4096):
            pass

    def _edit(value: bytearray, byte: int) -> None:
        if byte in _BACKSPACE:
            while value and value.pop() & 0xC0 == 0x80:
                pass  # the rest of one character in UTF-8
        elif byte == _CTRL_U:
            value.clear()
        else:
            value.append(byte)
