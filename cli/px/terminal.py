"""All output to the user goes through here: data to stdout, messages to stderr.

It may show names, but never a value or a token. Data is what a script reads: names, dates, JSON.
Messages are for people: what was done, what is wrong, what to do. With --json there are none:
stdout has one JSON document, or stderr has one that says what is wrong.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Final, TextIO

from px.errors import Detail, NotAllowed, NotReached, NotRunning, PxError, Refused
from px.invocation import repeat

VALUE_WARNING = (
    "--value leaves the value in the shell's history and the process list; "
    "the prompt, --stdin and --from-file do not"
)


Progress = Callable[[int, int], None]  # done so far, of how many

# Those with which a message could control the terminal.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_LAST_COLUMN: Final = 16  # characters of the last column that must fit


class ReaderGone(Exception):
    """The reader of stdout has closed it; nothing is wrong."""


def say(text: str) -> None:
    """Prints one line to stderr; ignores a stderr that cannot be written to."""
    _write_quietly(text + "\n")


def talk(*, quiet: bool) -> Callable[[str], None]:
    """Like `say`, but nothing with --json."""
    return _unsaid if quiet else say


def _unsaid(_: str) -> None:
    return


def advise(text: str) -> None:
    """Like `say`, for px commands: they repeat --url and --project."""
    say(repeat(text))


def warn(warnings: Sequence[str]) -> None:
    """Like `say`, for several lines."""
    for warning in warnings:
        say(f"warning: {warning}")


def data(text: str) -> None:
    """Prints lines of data. Raises ReaderGone, or Refused if it cannot be written."""
    draw(text + "\n")


def draw(text: str) -> None:
    """Prints data without a line end, for a screen that is drawn."""
    if sys.stdout is None:  # deliberately closed
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        raise output_failed(error) from None


def output_failed(error: OSError, what: str = "the output") -> Refused:
    """The error for data that could not be written."""
    reason = (error.strerror or "").lower()
    return Refused(f"{what} cannot be written: {reason}", code="output_failed")


def settle() -> None:
    """At the end: drops what cannot be written, or the interpreter would complain."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def abandon() -> None:
    """Drops what stdout has not taken: a reader that does not read would keep px from ending."""
    with suppress(OSError, ValueError):
        if sys.stdout is not None:
            _silence(sys.stdout)


def document(found: object) -> None:
    """Prints data as one JSON document on one line."""
    data(json.dumps(found))


def fail(error: PxError, *, as_json: bool) -> None:
    """Prints what is wrong and, separately, what to do."""
    if as_json:
        say(json.dumps(error_document(error)))
        return
    say(f"error: {error.message}")
    for detail in error.details:
        if detail.listed:
            say(f"  {placed(detail)}")
    if hint := _hint(error):
        say(f"hint: {hint}")


def error_document(error: PxError) -> dict[str, object]:
    """The error as in `px schema error`."""
    found: dict[str, object] = {"error": error.message, "code": error.code}
    if hint := _hint(error):
        found["hint"] = hint
    if error.details:
        found["details"] = [_detail_document(detail) for detail in error.details]
    if error.current_version is not None:
        found["currentVersion"] = error.current_version
    return found


@contextmanager
def progress(
    total: int, *, quiet: bool, label: str = "importing", line: Progress | None = None
) -> Iterator[Progress]:
    """A bar on a terminal, otherwise a line per chunk; nothing if there is only one chunk."""
    if quiet or not is_terminal(sys.stderr):
        yield _silent if quiet else line or _line
        return
    import typer

    with typer.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield lambda done, _: bar.update(done - bar.pos)


def download_bar(*, quiet: bool) -> Callable[[int], AbstractContextManager[Progress]]:
    """A bar on a terminal, otherwise nothing."""
    return partial(progress, quiet=quiet, label="downloading", line=_silent)


def confirm(question: str) -> bool:
    """Asks on the terminal; anything but y or yes means no."""
    _write_quietly(f"{question} [y/N]: ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def ask(question: str) -> None:
    """Prints to stderr without a line end."""
    _write_quietly(question)


def is_terminal(stream: TextIO | None) -> bool:
    """False too for a stream that is closed."""
    return stream is not None and not stream.closed and stream.isatty()


def counted(number: int) -> str:
    return "1 secret" if number == 1 else f"{number:,} secrets"


def _silent(done: int, total: int) -> None:
    return


def _line(done: int, total: int) -> None:
    if total > 100:
        say(f"{done:,} of {counted(total)} written")


def columns(head: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> str:
    """A table for people; a block per row, which begins with `title`, on a narrow terminal."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    # The last column may wrap a little: it has the long texts.
    needed = sum(widths[:-1]) + 2 * len(widths[:-1]) + min(widths[-1], _LAST_COLUMN)
    if needed > _terminal_width():
        return "\n".join(title + _block(head, row) for row in rows)
    lines = (
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        for row in [head, *rows]
    )
    return "\n".join(line.rstrip() for line in lines)


def _block(head: Sequence[str], row: Sequence[str]) -> str:
    """The first cell, and below it the others that say anything, with their titles."""
    width = max(map(len, head[1:]))
    pairs = [pair for pair in zip(head[1:], row[1:], strict=True) if pair[1]]
    return "\n".join([row[0], *(f"  {title.lower():<{width}}  {cell}" for title, cell in pairs)])


def _terminal_width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size().columns


def printable(text: str) -> str:
    """Text from elsewhere, which then cannot control the terminal or break a line."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()


def harmless(line: str) -> str:
    """A line from elsewhere, with its unprintable characters escaped, but for tabs."""
    if line.isprintable():
        return line
    return "".join(one if one.isprintable() or one == "\t" else printable(one) for one in line)


def short_time(time: str) -> str:
    """The time, to the minute."""
    return time[:16].replace("T", " ")


def placed(detail: Detail) -> str:
    """The problem, after its place."""
    return f"{_where(detail)}{repeat(detail.error)}"


def _where(detail: Detail) -> str:
    if detail.line is not None:
        file = "" if detail.file is None else f"{detail.file} "
        entry = "" if detail.index is None else f", entry {detail.index + 1}"
        return f"{file}line {detail.line}{entry}: "
    return f"{printable(detail.name)}: " if detail.name is not None else ""


def _detail_document(detail: Detail) -> dict[str, object]:
    fields = {
        "name": detail.name,
        "index": detail.index,
        "file": detail.file,
        "line": detail.line,
    }
    present = {key: found for key, found in fields.items() if found is not None}
    return {"code": detail.code, "error": detail.error, **present}


def _write_quietly(text: str) -> None:
    """A message, which may have a name from a file or from a server."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(_CONTROLS.sub(lambda found: printable(found[0]), text))
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def _silence(stream: TextIO) -> None:
    """Redirects the stream to nothing, so that the interpreter's last flush cannot fail."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _hint(error: PxError) -> str:
    """The error's own hint, or a general one for its class."""
    own = error.hint or next((hint for kind, hint in _HINTS if isinstance(error, kind)), "")
    return repeat(own)


_HINTS: Final = (
    (
        NotRunning,
        "`px doctor` shows where this address comes from; `px dev` starts a local Worker",
    ),
    (NotReached, "`px doctor` shows where this address comes from"),
    (NotAllowed, "`px doctor` shows which token px uses, where it comes from and its role"),
)
