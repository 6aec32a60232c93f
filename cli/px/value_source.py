"""Where a value comes from: the hidden prompt, stdin, a file, or, with a warning, the arguments."""

from __future__ import annotations

import sys
from pathlib import Path

from positronic.names import MAX_VALUE, Value, parse_value
from px import terminal
from px.failures import Usage


def read_value(name: str, *, stdin: bool, from_file: str | None, value: str | None) -> Value:
    """The value from exactly one source; none means the prompt. Raises Usage, InvalidValue."""
    if stdin + (from_file is not None) + (value is not None) > 1:
        raise Usage("--stdin, --from-file and --value exclude each other")
    if value is not None:
        return parse_value(value)
    if from_file is not None:
        return _decode(_read_file(Path(from_file)))
    return _decode(_read_stdin(name) if stdin else _ask(name))


def _ask(name: str) -> bytes:
    if not terminal.is_terminal(sys.stdin):
        raise Usage("there is no terminal to ask for the value", hint="use --stdin or --from-file")
    from px.prompt import read_line

    with terminal.hidden_entry(f"Value of {name} (hidden): ") as fd:
        return read_line(fd, MAX_VALUE)


def _read_stdin(name: str) -> bytes:
    """Everything up to the end, less exactly one final line end."""
    if sys.stdin is None:
        raise Usage("stdin is closed")
    if terminal.is_terminal(sys.stdin):
        from px.prompt import read_all

        question = f"Value of {name} (hidden; end with Ctrl-D): "
        with terminal.hidden_entry(question) as fd:
            data = read_all(fd, MAX_VALUE + 2)
    else:
        data = sys.stdin.buffer.read(MAX_VALUE + 3)
    return data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_VALUE + 1)
    except (OSError, ValueError) as error:
        # Not the path: it may be the value, in the wrong place.
        reason = getattr(error, "strerror", None) or "it is no path"
        raise Usage(f"the file cannot be read: {reason.lower()}") from None


def _decode(data: bytes) -> Value:
    # The length first: reading stopped above it, perhaps inside a character.
    if len(data) > MAX_VALUE:
        raise Usage(f"a value has at most {MAX_VALUE:,} bytes", code="invalid_value")
    try:
        return parse_value(data.decode())
    except UnicodeDecodeError:
        raise Usage("the value is not UTF-8 text", code="invalid_value") from None
