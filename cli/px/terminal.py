"""Every word the user sees passes here. stdout is data, stderr is talk.

A name yes, a value never, nor a token. Data is what a script reads: names, dates, JSON. Talk is
for people: what was done, what is wrong, what to do. With --json there is no talk: stdout holds
one JSON document, or stderr holds one that says what is wrong.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TextIO

from px.errors import Detail, NotAllowed, NotReached, NotRunning, PxError, Refused
from px.invocation import repeat

VALUE_WARNING = (
    "--value leaves the value in the shell's history and in the process list; "
    "the prompt, --stdin and --from-file do not"
)


Progress = Callable[[int, int], None]  # done so far, of how many

_LAST_COLUMN: Final = 16  # characters of it that must fit


class ReaderGone(Exception):
    """Whoever read stdout has had enough; nothing is wrong."""


def say(text: str) -> None:
    """Talk, one line. A stderr that cannot be written to stops nothing."""
    _write_quietly(text + "\n")


def talk(*, quiet: bool) -> Callable[[str], None]:
    """`say`, or with --json nothing."""
    return _unsaid if quiet else say


def _unsaid(_: str) -> None:
    return


def advise(text: str) -> None:
    """Talk that names px commands: they lead to the same server and project."""
    say(repeat(text))


def warn(warnings: Sequence[str]) -> None:
    """Talk, a line for each."""
    for warning in warnings:
        say(f"warning: {warning}")


def data(text: str) -> None:
    """Data, one line or more. Raises ReaderGone, or Refused when it cannot be written."""
    draw(text + "\n")


def draw(text: str) -> None:
    """Data that ends no line yet, as on a screen that is drawn."""
    if sys.stdout is None:  # closed on purpose
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        raise output_failed(error) from None


def output_failed(error: OSError, what: str = "the output") -> Refused:
    """The error for data that did not get out."""
    reason = (error.strerror or "").lower()
    return Refused(f"{what} cannot be written: {reason}", code="output_failed")


def settle() -> None:
    """At the end: give up on what cannot be written, or the interpreter would complain of it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def document(found: object) -> None:
    """Data, as one JSON document on one line."""
    data(json.dumps(found))


def fail(error: PxError, *, as_json: bool) -> None:
    """What is wrong, and apart from it what to do."""
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
    """As `px schema error` says it."""
    found: dict[str, object] = {"error": error.message, "code": error.code}
    if hint := _hint(error):
        found["hint"] = hint
    if error.details:
        found["details"] = [_detail_document(detail) for detail in error.details]
    return found


@contextmanager
def progress(
    total: int, *, quiet: bool, label: str = "importing", line: Progress | None = None
) -> Iterator[Progress]:
    """A bar on a terminal, a line for each chunk elsewhere, nothing when one chunk does it all."""
    if quiet or not is_terminal(sys.stderr):
        yield _silent if quiet else line or _line
        return
    import typer

    with typer.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield lambda done, _: bar.update(done - bar.pos)


def confirm(question: str) -> bool:
    """Ask on the terminal; anything but y or yes is a no."""
    _write_quietly(f"{question} [y/N]: ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def ask(question: str) -> None:
    """Talk that ends no line yet."""
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
        say(f"{done} of {counted(total)} written")


def columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table for a person; a block for each row where the terminal is too narrow for one."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    # The last column may wrap a little: it is the one with many words.
    needed = sum(widths[:-1]) + 2 * len(widths[:-1]) + min(widths[-1], _LAST_COLUMN)
    if needed > _terminal_width():
        return "\n".join(_block(head, row) for row in rows)
    lines = (
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        for row in [head, *rows]
    )
    return "\n".join(line.rstrip() for line in lines)


def _block(head: Sequence[str], row: Sequence[str]) -> str:
    """The first cell, and below it the others, each with what it is."""
    width = max(map(len, head[1:]))
    pairs = zip(head[1:], row[1:], strict=True)
    return "\n".join([row[0], *(f"  {title.lower():<{width}}  {cell}" for title, cell in pairs)])


def _terminal_width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size().columns


def printable(text: str) -> str:
    """Text from elsewhere, unable to steer a terminal or to break a line."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()


def short_time(time: str) -> str:
    """To the minute."""
    return time[:16].replace("T", " ")


def placed(detail: Detail) -> str:
    """What is wrong, after its place."""
    return f"{_where(detail)}{detail.error}"


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
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def _silence(stream: TextIO) -> None:
    """Point the stream at nothing, so that the interpreter's last flush cannot fail again."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _hint(error: PxError) -> str:
    """Its own, or one that goes for all of its kind."""
    own = error.hint or next((hint for kind, hint in _HINTS if isinstance(error, kind)), "")
    return repeat(own)


_HINTS: Final = (
    (
        NotRunning,
        "`px doctor` says where this address comes from; `px dev` starts a local Worker",
    ),
    (NotReached, "`px doctor` says where this address comes from"),
    (NotAllowed, "`px doctor` says which token px uses, where it comes from, and its role"),
)
