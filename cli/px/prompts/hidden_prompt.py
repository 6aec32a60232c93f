"""Reads a value from the terminal without showing it.

Not `getpass`: it uses the terminal's line mode, in which the kernel silently cuts a line at 4,095
bytes, and drops pasted text after the first line. Editing works as in that mode: Backspace, Ctrl-W,
Ctrl-U. No other key edits, but a user who presses an arrow believes that it does: so a line with
any other control character is refused.
"""

from __future__ import annotations

import os
import sys
from typing import Final

from px import terminal
from px.errors import Interrupted, Usage

GRACE: Final = 0.2  # seconds for the rest of a paste to arrive
_CTRL_D: Final = 0x04
_LINE_END: Final = 0x0A  # the terminal turns a carriage return into this


def read_line(question: str, limit: int, what: str = "the value") -> bytes:
    """One hidden line, without its end. Raises Usage when more than one line was pasted."""
    return _read(question, limit, frozenset({_LINE_END, _CTRL_D}), what)


def read_all(question: str, limit: int, what: str = "the value") -> bytes:
    """Hidden lines, until Ctrl-D."""
    return _read(question, limit, frozenset({_CTRL_D}), what)


if sys.platform == "win32":

    def _read(question: str, limit: int, ends: frozenset[int], what: str) -> bytes:
        import getpass

        if _LINE_END not in ends:
            raise Usage("--stdin needs a pipe or a file here", hint="use --from-file")
        return getpass.getpass(question).encode()

else:
    import select

    from px.prompts.hidden_terminal import HiddenTerminal
    from px.prompts.typed_line import TypedLine

    def _read(question: str, limit: int, ends: frozenset[int], what: str) -> bytes:
        line = TypedLine(several=_LINE_END not in ends)

        def ask() -> None:
            # Again after Ctrl-Z: the system has dropped what px had not read yet.
            line.clear()
            terminal.ask(question)

        try:
            with HiddenTerminal(sys.stdin.fileno(), ask) as hidden:
                return _one_entry(hidden.fd, limit, ends, what, line)
        finally:
            terminal.say("")  # the line end that was not shown

    def _one_entry(fd: int, limit: int, ends: frozenset[int], what: str, line: TypedLine) -> bytes:
        rest = _collect(fd, limit, ends, line)
        if len(line.content) > limit:
            _drain(fd)
            raise Usage(f"{what} can have at most {limit:,} bytes", code="invalid_value")
        if _LINE_END in ends and (rest or _waits(fd)):
            _drain(fd)
            raise Usage(
                "you pasted more than one line, and the prompt reads one; nothing was sent",
                code="invalid_value",
                hint="use --stdin or --from-file",
            )
        if key := line.refused():
            raise Usage(
                f"{what} contains a control character ({key}); nothing was sent",
                code="invalid_value",
                hint="edit with Backspace, Ctrl-W and Ctrl-U only; "
                "--stdin and --from-file accept any character",
            )
        return bytes(line.content)

    def _collect(fd: int, limit: int, ends: frozenset[int], line: TypedLine) -> bytes:
        """Reads up to the first line end or over the limit; returns what arrived with the end."""
        while len(line.content) <= limit:
            data = _receive(fd)
            for position, byte in enumerate(data):
                if byte in ends:
                    return data[position + 1 :]
                line.type(byte)
        return b""

    def _receive(fd: int) -> bytes:
        try:
            data = os.read(fd, 4096)
        except OSError:  # the terminal was closed
            data = b""
        if not data:
            raise Interrupted
        return data

    def _waits(fd: int) -> bool:
        return bool(select.select([fd], [], [], GRACE)[0])

    def _drain(fd: int) -> None:
        while _waits(fd) and os.read(fd, 4096):
            pass
