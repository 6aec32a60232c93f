"""A line as it is typed: bytes, the three keys that edit it, and what makes it unusable."""

from __future__ import annotations

import re
from typing import Final

_BACKSPACE: Final = b"\x08\x7f"
_CTRL_U: Final = 0x15
_CTRL_W: Final = 0x17
_PASTE_MARKS: Final = (b"\x1b[200~", b"\x1b[201~")  # around a paste, where a terminal marks it
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_NAMES: Final = {"\x09": "Tab", "\x1b": "ESC", "\x7f": "DEL"}


class TypedLine:
    """What was typed so far. `several`: lines, in which a tab and a line end belong to the text."""

    def __init__(self, *, several: bool = False) -> None:
        self.content = bytearray()
        self._allowed = "\t\n" if several else ""
        self._edited = ""  # a control character in what was edited away since

    def clear(self) -> None:
        """As if nothing had been typed."""
        self.content.clear()
        self._edited = ""

    def type(self, byte: int) -> None:
        """Takes one byte as the terminal sent it."""
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
        """The key of a control character that was typed; empty where there is none.

        One that was edited away counts: the arrow before it moved no cursor, and what was taken
        away is not what its author believes.
        """
        return self._edited or self._control(self.content)

    def _cut(self, position: int) -> None:
        self._edited = self._edited or self._control(self.content[position:])
        del self.content[position:]

    def _last_character(self) -> int:
        """Where it begins in UTF-8."""
        position = max(len(self.content) - 1, 0)
        while position and self.content[position] & 0xC0 == 0x80:
            position -= 1
        return position

    def _last_word(self) -> int:
        """Where it begins; the white space behind it goes with it."""
        rest = self.content.rstrip(b" \t")
        return max(rest.rfind(space) for space in b" \t\n") + 1

    def _control(self, piece: bytes | bytearray) -> str:
        for found in _CONTROL.findall(piece.decode(errors="ignore")):
            if found not in self._allowed:
                return _NAMES.get(found) or _key(ord(found))
        return ""


def _key(code: int) -> str:
    """As people call it: Ctrl-A; U+0085."""
    return f"Ctrl-{chr(code + 64)}" if code < 0x20 else f"U+{code:04X}"
