"""Printed: what one run's code prints, held back until it can be redacted as one text."""

from __future__ import annotations

from typing import Final, NamedTuple

from positronic.redact import Redactor
from positronic.redact.printed_lines import printed_lines

MAX_LINES: Final = 1_000  # of a run
MAX_CHARACTERS: Final = 64 * 1024  # of a run


class Shown(NamedTuple):
    """Redacted lines as one text, and how many lines were left out because the run is too loud."""

    text: str
    left_out: int


class Printed:
    """Holds a run's printed lines until a step ends, so that a value printed in pieces is found.

    Of each run at most 1,000 lines and 64 KiB are kept: whole lines, and none after the first that
    does not fit. What does not belong to a run never gets here.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._open: dict[object, str] = {}  # the unfinished line of each stream
        self._lines_left = MAX_LINES
        self._room = MAX_CHARACTERS
        self._left_out = 0

    def write(self, stream: object, text: str) -> None:
        """What a stream of the process was given by this run's code."""
        *ended, rest = (self._open.pop(stream, "") + text).split("\n")
        for line in ended:
            self._add(line)
        if rest:
            # Longer than all that is shown: its length matters, not its end.
            self._open[stream] = rest[: MAX_CHARACTERS + 1]

    def take(self, redactor: Redactor, *, last: bool) -> Shown | None:
        """The lines since the last time, without values; None if there are none.

        An unfinished line, which may be half a value, is only taken the last time.
        """
        if last:
            for line in self._open.values():
                self._add(line)
            self._open.clear()
        lines, left_out = self._lines, self._left_out
        self._lines, self._left_out = [], 0
        if not lines:
            return Shown("", left_out) if left_out else None
        text = printed_lines(redactor, "\n".join(lines).encode(errors="backslashreplace").decode())
        if len(text) > MAX_CHARACTERS:  # markers may be longer than values
            return Shown("", left_out + len(lines))
        return Shown(text, left_out)

    def _add(self, line: str) -> None:
        self._lines_left -= 1
        self._room -= len(line) + 1
        if self._lines_left < 0 or self._room < 0:
            self._left_out += 1
            self._room = -1
        else:
            self._lines.append(line)
