"""Shows a run's events: live on a terminal, one line each in a pipe, or as JSON."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Final, Protocol

from positronic.run_statuses import BROKEN_OFF
from px import terminal
from px.api.brain_events import RunEvent
from px.brains.progress import Position, RunProgress
from px.brains.screen_text import clip, columns, on_screen, wrapped
from px.terminal import printable

_STEP_IN: Final = 4  # columns of indentation for each inner brain
_LEAST: Final = 12  # columns of a title that leave room for how long its step took
_CLEAR: Final = "\r\x1b[2K"
_COLOURS: Final = {"run": "33", "done": "32", "failed": "31", "taken": "2", "printed": "2"}
_MARKS: Final = {
    "run": "\u2022",
    "done": "\u2713",
    "failed": "\u2717",
    "taken": "\u2713",
    "printed": "\u2502",
}
_PLAIN_MARKS: Final = {"run": "*", "done": "+", "failed": "x", "taken": "=", "printed": "|"}
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
    """Type, place and a note, if any, with tabs between; a line for each printed one."""

    def show(self, event: RunEvent, progress: RunProgress) -> None:
        if event.type == "step:status":
            return
        cells = [event.type, " > ".join(progress.position.path)]
        for note in _printed(event) or [_note(event, progress)]:
            terminal.data("\t".join(map(printable, [*cells, note] if note else cells)))

    def end(self) -> None:
        return


def _note(event: RunEvent, progress: RunProgress) -> str:
    if event.type == "brain:error":
        return progress.error
    if event.document.get("takenOver") is True:
        return "taken over"
    is_early = event.type == "brain:complete" and progress.ended_after is not None
    early = f"ended after step {progress.ended_after}" if is_early else ""
    return ", ".join(filter(None, (early, progress.took)))


def _printed(event: RunEvent) -> list[str]:
    """The lines that a step has printed, and how many more there were."""
    if event.type != "step:print":
        return []
    text, left_out = event.text("text"), event.document.get("leftOut")
    lines = text.split("\n") if text or left_out is None else []
    return [*lines, f"({left_out} more lines were left out)"] if left_out else lines


class Live:
    """One line per step, redrawn when the step ends if it is still the last line.

    What it printed comes below it.
    """

    def __init__(self) -> None:
        self._open: Position | None = None
        self._held: list[str] = []  # what the open step has printed
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
            case "step:print" if self._open == position:
                self._held += _printed(event)
            case "step:print":
                self.end()
                self._print(position, _printed(event))
            case "step:complete":
                taken = event.document.get("takenOver") is True
                self._close("taken" if taken else "done", position, progress.took)
            case kind if kind == "brain:error" or kind in BROKEN_OFF:
                self._close("failed", position, progress.took)

    def end(self) -> None:
        if (position := self._open) is not None:
            self._open = None
            terminal.draw("\n")
            self._print_held(position)

    def _close(self, mark: str, position: Position, took: str) -> None:
        """The step's final line: in place, or again below the lines of its inner brain."""
        if self._open != position:
            self.end()
        before = _CLEAR if self._open else ""
        self._open = None
        if position.step:
            terminal.draw(before + self._step(mark, position, took) + "\n")
        self._print_held(position)

    def _print_held(self, position: Position) -> None:
        held, self._held = self._held, []
        self._print(position, held)

    def _print(self, position: Position, lines: list[str]) -> None:
        """Printed lines, whole: nobody redraws them."""
        indent = len(position.brains) * _STEP_IN
        room = self._room(indent, "printed")
        for line in lines:
            for row in wrapped(on_screen(line), room):
                terminal.data(self._line(indent, "printed", row))

    def _step(self, mark: str, position: Position, took: str = "") -> str:
        return self._line(len(position.brains) * _STEP_IN - 2, mark, position.step, took)

    def _line(self, indent: int, mark: str, text: str, took: str = "") -> str:
        """Fits the line to the screen: a wrapped line could not be redrawn."""
        room = self._room(indent, mark)
        after = f"  {took}" if took and columns(took) + _LEAST <= room else ""
        shown = clip(on_screen(text), room - columns(after), _MORE[self._unicode])
        indent = min(indent, _width() // 2)
        return " " * indent + (f"{self._mark(mark)} " if mark else "") + shown + self._dim(after)

    def _room(self, indent: int, mark: str) -> int:
        """The columns that are left for text."""
        return max(2, _width() - min(indent, _width() // 2) - (2 if mark else 0))

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if text and self._colour else text

    def _mark(self, mark: str) -> str:
        sign = (_MARKS if self._unicode else _PLAIN_MARKS)[mark]
        return f"\x1b[{_COLOURS[mark]}m{sign}\x1b[0m" if self._colour else sign


def _width() -> int:
    return shutil.get_terminal_size().columns - 1


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
