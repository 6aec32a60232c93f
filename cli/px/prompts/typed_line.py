"""A line while it is typed: its bytes, the three editing keys, and what makes it invalid."""

from __future__ import annotations

import re
from typing import Final

_BACKSPACE: Final = b"\x08\x7f"
_CTRL_U: Final = 0x15
_CTRL_W: Final = 0x17
_PASTE_MARKS: Final = (b"\x1b[200~", b"\x1b[201~")  # what some terminals put around a paste
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_NAMES: Final = {"\x09": "Tab", "\x1b": "ESC", "\x7f": "DEL"}


class TypedLine:
    """What was typed so far. `several`: more than one line, where tab and line end are text."""

    def __init__(self, *, several: bool = False) -> None:
        self.content = bytearray()
        self._allowed = "\t\n" if several else ""
        self._edited = ""  # a control character in text that was edited away

    def clear(self) -> None:
        """Forgets what was typed."""
        self.content.clear()
        self._edited = ""

    def type(self, byte: int) -> None:
        """Takes one byte from the terminal."""
        if byte in _BACKSPACE:
            self._cut(self._last_character())
        elif byte == _CTRL_W:
            self._cut(self._last_word())
        elif byte == _CTRL_U:
            self._cut(0)
        else:
            self.content.append(byte)
            if self.content.endswith(_PASTE_MARKS):
                del self.content[-len(_PASTE_MARKS[0]) :]

    def refused(self) -> str:
        """The key of a control character that was typed; empty if none.

        One that was edited away counts too: an arrow moved no cursor, so the user has deleted
        something else than intended.
        """
        return self._edited or self._control(self.content)

    def _cut(self, position: int) -> None:
        self._edited = self._edited or self._control(self.content[position:])
        del self.content[position:]

    def _last_character(self) -> int:
        """Where the last character begins, in UTF-8."""
        position = max(len(self.content) - 1, 0)
        while position and self.content[position] & 0xC0 == 0x80:
            position -= 1
        return position

    def _last_word(self) -> int:
        """Where the last word begins, including the white space after it."""
        rest = self.content.rstrip(b" \t")
        return max(rest.rfind(space) for space in b" \t\n") + 1

    def _control(self, piece: bytes | bytearray) -> str:
        for found in _CONTROL.findall(piece.decode(errors="ignore")):
            if found not in self._allowed:
                return _NAMES.get(found) or _key(ord(found))
        return ""


def _key(code: int) -> str:
    """The key's name: Ctrl-A; U+0085."""
    return f"Ctrl-{chr(code + 64)}" if code < 0x20 else f"U+{code:04X}"
