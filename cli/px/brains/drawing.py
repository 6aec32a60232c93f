"""Shows a run's events: live on a terminal, one line each in a pipe, or as JSON."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from typing import Final, Protocol

from positronic.run_statuses import BROKEN_OFF
from px import terminal
from px.api.brain_events import RunEvent
from px.brains.progress import Position, RunProgress
from px.terminal import printable

_STEP_IN: Final = 4  # columns of indentation for each inner brain
_CLEAR: Final = "\r\x1b[2K"
_COLOURS: Final = {"run": "33", "done": "32", "failed": "31", "taken": "2"}
_MARKS: Final = {"run": "\u2022", "done": "\u2713", "failed": "\u2717", "taken": "\u2713"}
_PLAIN_MARKS: Final = {"run": "*", "done": "+", "failed": "x", "taken": "="}
_MORE: Final = {True: "\u2026", False: "~"}


class Drawing(Protocol):
    def show(self, event: RunEvent, progress: RunProgress) -> None: ...

    def end(self) -> None:
        """Ends the current line of the terminal."""


def choose(*, as_json: bool) -> Drawing:
    """Chooses by whether stdout is a terminal."""
    if as_json:
        return JsonLines()
    is_screen = terminal.is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"
    return Live() if is_screen else Lines()


class JsonLines:
    """Every event unchanged, one per line."""

    def show(self, event: RunEvent, _: RunProgress) -> None:
        terminal.document(event.document)

    def end(self) -> None:
        return


class Lines:
    """Type, place and a note, if any, with tabs between."""

    def show(self, event: RunEvent, progress: RunProgress) -> None:
        if event.type != "step:status":
            cells = [event.type, " > ".join(progress.position.path)]
            note = _note(event, progress)
            terminal.data("\t".join(map(printable, [*cells, note] if note else cells)))

    def end(self) -> None:
        return


def _note(event: RunEvent, progress: RunProgress) -> str:
    if event.type == "brain:error":
        return progress.error
    if event.document.get("takenOver") is True:
        return "taken over"
    is_early = event.type == "brain:complete" and progress.ended_after is not None
    return f"ended after step {progress.ended_after}" if is_early else ""


class Live:
    """One line per step, redrawn when the step ends if it is still the last line."""

    def __init__(self) -> None:
        self._open: Position | None = None
        self._colour = not os.environ.get("NO_COLOR")
        self._unicode = _can_show("".join(_MARKS.values()) + _MORE[True])

    def show(self, event: RunEvent, progress: RunProgress) -> None:
        position = progress.position
        match event.type:
            case "brain:start" | "brain:restart":
                self.end()
                indent = len(position.brains) * _STEP_IN - _STEP_IN
                terminal.data(self._line(indent, "", position.brains[-1]))
            case "step:start":
                self.end()
                terminal.draw(self._step("run", position))
                self._open = position
            case "step:complete":
                taken = event.document.get("takenOver") is True
                self._close("taken" if taken else "done", position)
            case kind if kind == "brain:error" or kind in BROKEN_OFF:
                self._close("failed", position)

    def end(self) -> None:
        if self._open is not None:
            self._open = None
            terminal.draw("\n")

    def _close(self, mark: str, position: Position) -> None:
        """The step's final line: in place, or again below the lines of its inner brain."""
        if self._open != position:
            self.end()
        before = _CLEAR if self._open else ""
        self._open = None
        if position.step:
            terminal.draw(before + self._step(mark, position) + "\n")

    def _step(self, mark: str, position: Position) -> str:
        return self._line(len(position.brains) * _STEP_IN - 2, mark, position.step)

    def _line(self, indent: int, mark: str, text: str) -> str:
        """Fits the line to the screen: a wrapped line could not be redrawn."""
        width = shutil.get_terminal_size().columns - 1
        indent = min(indent, width // 2)
        shown = clip(printable(text), width - indent - (2 if mark else 0), _MORE[self._unicode])
        return " " * indent + (f"{self._mark(mark)} " if mark else "") + shown

    def _mark(self, mark: str) -> str:
        sign = (_MARKS if self._unicode else _PLAIN_MARKS)[mark]
        return f"\x1b[{_COLOURS[mark]}m{sign}\x1b[0m" if self._colour else sign


def clip(text: str, width: int, more: str) -> str:
    """As much of the text as fits into that many terminal columns."""
    if sum(map(_columns, text)) <= width:
        return text
    used, kept = 1, ""
    for character in text:
        used += _columns(character)
        if used > width:
            break
        kept += character
    return kept + more


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
