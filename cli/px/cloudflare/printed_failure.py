"""What wrangler or workerd printed about a failure, without the noise around it."""

from __future__ import annotations

import re
from typing import Final

from px.terminal import printable

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
# wrangler's tables and request lines; JavaScript frames inside the runtime.
_NOISE: Final = re.compile(r"\s*(?:$|[┌├│└⎔]|\[wrangler:info\]|at \S+.* in |at .*:\d+\)? in )")
_START: Final = re.compile(r"Uncaught \w*Error: (?:PythonError: )?|ERROR\]?\s*|error: ")
_EXCEPTION: Final = re.compile(
    r"\s*(?:(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt)|(?:[a-z_]\w*\.)+[A-Z]\w*): "
)
_SHOWN: Final = 12


def without_colours(text: str) -> str:
    return _COLOUR.sub("", text)


def reason(text: str) -> str:
    """The first failure that workerd or wrangler printed, at most 12 lines; "" if none.

    Made safe for a terminal, as it may contain output of a server or a brain.
    """
    lines: list[str] = []
    for line in without_colours(text).splitlines():
        started = _START.search(line) if not lines else None
        if started:
            line = line[started.end() :]
        if (lines or started) and not _NOISE.match(line):
            lines.append(printable(line.rstrip()))
        if lines and _EXCEPTION.match(line):
            break
    return "\n".join(lines[-_SHOWN:])
