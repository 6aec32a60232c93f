"""A host's log: one JSON object a line, on stderr. Never a query, a header, a body or a value.

A path is written as the API's own template, because a segment of it is somebody's text.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, TextIO

from positronic.api.routes import find
from positronic.errors import PositronicError
from positronic.traceback_summary import summary_of

UNKNOWN: Final = "unknown"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HostLog:
    """Writes to `stream`, which may be gone: a log stops no request."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, level: str, fields: Mapping[str, object]) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": time, "level": level, **fields})
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return

    def info(self, message: str) -> None:
        self.write("info", {"message": message})

    def warn(self, message: str) -> None:
        self.write("warning", {"message": message})

    def report(self, message: str) -> None:
        """What the operator has to know of."""
        self.write("error", {"message": message})

    def request(
        self, method: str, path: str, status: int, milliseconds: float, request_id: str
    ) -> None:
        self.write(
            "error" if status >= 500 else "info",
            {
                "method": method if method in _METHODS else UNKNOWN,
                "path": template(method, path),
                "status": status,
                "milliseconds": round(milliseconds, 1),
                "requestId": request_id,
            },
        )


def template(method: str, path: str) -> str:
    """The path as in the API's description, such as `/secrets/{name}`."""
    try:
        return find(method, path)[0].path
    except PositronicError:
        return UNKNOWN


class FromLibraries(logging.Handler):
    """What other code logs: of uvicorn its sentence, of all others only where in the code it was.

    Their sentences may hold a value that they were given, and so may anybody's arguments.
    """

    def __init__(self, own: HostLog) -> None:
        super().__init__(logging.WARNING)
        self._log = own

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        where = f": {summary_of(error)}" if isinstance(error, Exception) else ""
        said = f"a message of {record.filename}, line {record.lineno}"
        if record.name.partition(".")[0] == "uvicorn":
            said = f"uvicorn: {str(record.msg).partition(chr(10))[0]}"
        self._log.warn(f"{said}{where}")


def take_over(own: HostLog) -> None:
    """All logging of this process goes into the host's log."""
    logging.basicConfig(level=logging.WARNING, handlers=[FromLibraries(own)], force=True)
