"""Reads a value from the hidden prompt, stdin, a file, or, with a warning, the command line."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from positronic.names import MAX_VALUE, Name, Value, parse_value
from px import terminal
from px.errors import Usage
from px.files.typed_path import read_typed_path
from px.sources.stdin import STDIN

_MARK: Final = b"\xef\xbb\xbf"  # U+FEFF in UTF-8, which Windows programs write before a text
_MOST: Final = MAX_VALUE + len(_MARK) + 2  # bytes to read: the limit, a mark and a line end
_LINE_ENDS: Final = ((b"\r\n", "CRLF"), (b"\n", "LF"), (b"\r", "CR"))


@dataclass(frozen=True, slots=True)
class Source:
    """The source given on the command line; none means the prompt."""

    stdin: bool = False
    file: str | None = None
    value: str | None = None
    strip_line_end: bool | None = None  # of a file; None keeps the line end, with a warning

    def check(self) -> None:
        """Raises Usage for more than one source, or if px cannot ask."""
        if self.stdin + (self.file is not None) + (self.value is not None) > 1:
            raise Usage("--stdin, --from-file and --value cannot be used together")
        if self.strip_line_end is not None and self.file is None:
            raise Usage("--strip-newline and --keep-newline need --from-file")
        if self.is_prompt and not terminal.is_terminal(sys.stdin):
            raise Usage(
                "there is no terminal to type the value on", hint="use --stdin or --from-file"
            )

    @property
    def is_prompt(self) -> bool:
        return not self.stdin and self.file is None and self.value is None

    @property
    def is_typed(self) -> bool:
        """Whether px will ask the user."""
        reads_stdin = self.stdin or self.file == STDIN
        return self.is_prompt or (reads_stdin and terminal.is_terminal(sys.stdin))


def read_value(name: Name, source: Source, warnings: list[str]) -> Value:
    """The value. Raises Usage, InvalidValue; adds warnings."""
    if source.value is not None:
        return _decode(_without_mark(os.fsencode(source.value), warnings))
    if source.file is not None:
        read = (
            _stdin(name)
            if source.file == STDIN
            else read_typed_path(Path(source.file), _MOST + 1, "the file of --from-file")
        )
        data = _without_mark(read, warnings)
        return _decode(_line_end(data, name, source.strip_line_end, warnings))
    data = _read_stdin(name) if source.stdin else _ask(name)
    if data.endswith((b"\n", b"\r")):
        warnings.append(f"the value of {name} ends with a second line end, which is kept")
    return _decode(_without_mark(data, warnings))


def _ask(name: Name) -> bytes:
    from px.prompts.hidden_prompt import read_line

    return read_line(f"Value of {name} (hidden): ", MAX_VALUE)


def _read_stdin(name: Name) -> bytes:
    """Everything up to the end, without exactly one final line end."""
    data = _stdin(name)
    return data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")


def _stdin(name: Name) -> bytes:
    """Everything up to the end; hidden on a terminal."""
    if sys.stdin is None:
        raise Usage("stdin is closed")
    if terminal.is_terminal(sys.stdin):
        from px.prompts.hidden_prompt import read_all

        data = read_all(f"Value of {name} (hidden; end with Ctrl-D): ", MAX_VALUE + 2)
    else:
        data = sys.stdin.buffer.read(_MOST + 1)
    if not data:
        raise Usage(
            "stdin is empty; nothing was sent",
            code="invalid_value",
            hint="the command before the pipe printed nothing, or a variable is not set",
        )
    return data


def _without_mark(data: bytes, warnings: list[str]) -> bytes:
    if data.startswith(_MARK):
        warnings.append("the byte-order mark (U+FEFF) before the value was removed")
    return data.removeprefix(_MARK)


def _line_end(data: bytes, name: Name, strip: bool | None, warnings: list[str]) -> bytes:
    """A file keeps every byte, even its final line end, unless the user wants otherwise."""
    for end, called in _LINE_ENDS:
        if data.endswith(end):
            if strip is None:
                warnings.append(
                    f"the value of {name} ends with a line end ({called}), which is kept; "
                    "--strip-newline removes it, --keep-newline keeps it without this warning"
                )
            return data.removesuffix(end) if strip else data
    return data


def _decode(data: bytes) -> Value:
    from px.files.file_text import HINT, is_wide

    # The length first: reading stopped there, perhaps inside a character.
    if len(data) > MAX_VALUE:
        raise Usage(f"a value can have at most {MAX_VALUE:,} bytes", code="invalid_value")
    if is_wide(data):
        sentence = "the value is UTF-16 or UTF-32 text, and px accepts UTF-8"
        raise Usage(sentence, code="invalid_value", hint=HINT)
    try:
        return parse_value(data.decode())
    except UnicodeDecodeError:
        raise Usage("the value is not UTF-8 text", code="invalid_value") from None
