"""The Worker's log file, and what it shows about a failed start."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from px.cloudflare.printed_failure import reason, without_colours
from px.local import start_failure
from px.project import owner_only
from px.project.errors import LocalError
from px.terminal import harmless

TAKEN: Final = "Address already in use"
READY: Final = "Ready on http"

LIMIT: Final = 4_194_304  # bytes, after which a log's text becomes the older one

_FAILED_RUN: Final = re.compile(r"run (([0-9a-f]{32}) of '.{1,200}' failed at .{1,500})")
_EXPIRED: Final = re.compile(r"run ([0-9a-f]{32} of '.{1,200}' read what has expired: .{1,5000})")


def open_log(path: Path, *, fresh: bool) -> IO[bytes]:
    """The log, opened for appending, with mode 600; emptied if `fresh`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    handle = os.open(path, flags | (os.O_TRUNC if fresh else 0), owner_only.OWNER_ONLY)
    os.fchmod(handle, owner_only.OWNER_ONLY)
    return os.fdopen(handle, "wb", buffering=0)


def read_from(path: Path, start: int) -> bytes:
    """What was written since `start` (bytes); all of a log that starts over and is not so long;
    nothing if the log is missing.
    """
    try:
        with path.open("rb") as log:
            size = os.fstat(log.fileno()).st_size
            log.seek(start if start <= size else 0)
            return log.read()
    except FileNotFoundError:
        return b""


def older(path: Path) -> Path:
    """The log's text before it started over."""
    return path.with_name(f"{path.name}.old")


class NewOutput:
    """What a log says that was not read yet. A log that is too long starts over.

    The Worker's processes hold the file open, so it is copied and emptied; they append to it.
    """

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self._path = path
        self._limit = limit
        self._read = 0

    def take(self) -> bytes:
        """All of it since the last time."""
        written = read_from(self._path, self._read)
        self._read += len(written)
        if self._read <= self._limit:
            return written
        late = self._start_over()
        self._read = 0
        return written + late

    def _start_over(self) -> bytes:
        """What was written meanwhile. If the disk is full, the older text is lost, not the Worker.

        What comes between the last look and the emptying, a moment later, is lost.
        """
        start = 0
        with suppress(OSError), open_log(older(self._path), fresh=True) as kept:
            while part := read_from(self._path, start):
                kept.write(part)
                start += len(part)
        late = read_from(self._path, self._read)
        open_log(self._path, fresh=True).close()
        return late


def shown(written: bytes) -> list[str]:
    """Its lines, safe for a terminal: they contain output of brains and services."""
    text = without_colours(written.decode(errors="replace"))
    return [harmless(line.rstrip("\r")) for line in text.split("\n")] if text else []


def notable_runs(written: bytes) -> list[str]:
    """The lines that say which run failed and where in its brain's code, or read what expired."""
    said: list[str] = []
    for line in shown(written):
        if failed := _FAILED_RUN.fullmatch(line):
            said.append(f"Run {failed[1]}; px brain status {failed[2]} shows why")
        elif expired := _EXPIRED.fullmatch(line):
            said.append(f"Run {expired[1]}")
    return said


def explain(log: bytes, path: Path, what: str = "the Worker did not start") -> LocalError:
    """The cause in one sentence, or else the log's words as the hint."""
    text = without_colours(log.decode(errors="replace"))
    if failure := start_failure.find(text):
        hint = failure.hint or f"the traceback is in {path}"
        return LocalError(f"{what}: {failure.sentence}", hint)
    return LocalError(what, reason(text) or f"its log is {path}")
