"""Why the Worker's Python did not start: file, line and error, from what the runtime printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from px.terminal import printable

# The errors of positronic/cloudflare/brain_files.py: a complete sentence on one line.
_TOLD: Final = re.compile(
    r"^\s*(?:positronic\.cloudflare\.brain_files\.(NotImported|NoSuchModule)"
    r"|positronic\.brains\.brain_errors\.(InvalidBrain)): (.*)$",
    re.MULTILINE,
)
_HEADER: Final = re.compile(r"Traceback \(most recent call last\):\s*$", re.MULTILINE)
_FRAME: Final = re.compile(r'^(\s*)File "([^"]+)", line (\d+)')
_RUNTIME: Final = re.compile(r"\s*at \S+.* in |\s*at .*:\d+\)? in ")
_ROOT: Final = "/session/metadata/"
_MISSING: Final = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'$")

PACKAGE_HINT: Final = (
    "a package: `px add NAME`; in px's checkout: worker/pyproject.toml, then `make lock`"
)


@dataclass(frozen=True, slots=True)
class StartFailure:
    """A sentence and a hint; the hint is "" if only the author can know it."""

    sentence: str
    hint: str = ""


def find(text: str) -> StartFailure | None:
    """The failure in a log without colours; None if no Python code failed there."""
    told = list(_TOLD.finditer(text))
    if told:
        kind, _, sentence = told[-1].groups()
        hint = PACKAGE_HINT if kind == "NoSuchModule" else ""
        return StartFailure(printable(sentence.strip()), hint)
    return _from_traceback(text)


def _from_traceback(text: str) -> StartFailure | None:
    """For failures before a brain is imported: in the Worker's own top level."""
    headers = list(_HEADER.finditer(text))
    if not headers:
        return None
    frames, said = _parts(text[headers[-1].end() :].splitlines())
    if not said:
        return None
    where = f"{frames[-1]}: " if frames else ""
    if missing := _MISSING.match(said):
        why = f"there is no module `{missing[1]}`: neither a file in worker/ nor a bundled package"
        return StartFailure(f"{where}{why}", PACKAGE_HINT)
    return StartFailure(printable(f"{where}{said}"))


def _parts(lines: list[str]) -> tuple[list[str], str]:
    """The Worker's own lines in the traceback, in order, and the exception as one line."""
    frames: list[str] = []
    indent: int | None = None
    said: list[str] = []
    for line in lines:
        if said and (not line.strip() or _RUNTIME.match(line)):
            break
        frame = _FRAME.match(line)
        if frame and not said:
            indent = len(frame[1])
            frames += _own(frame[2], frame[3])
        elif said or _is_exception(line, indent):
            said.append(line.strip())
    return frames, " ".join(said)


def _is_exception(line: str, indent: int | None) -> bool:
    """The exception, which is indented less than the frames."""
    return indent is not None and bool(line.strip()) and len(line) - len(line.lstrip()) < indent


def _own(file: str, line: str) -> list[str]:
    if not file.startswith(_ROOT) or file.startswith(f"{_ROOT}python_modules/"):
        return []
    return [f"worker/{file.removeprefix(_ROOT)}, line {line}"]
