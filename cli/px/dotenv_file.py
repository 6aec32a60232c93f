"""Reads dotenv files: python-dotenv's parser, with nothing let through that it did not understand.

The dialect. `NAME=value`, `export NAME=value`, white space around `=`; empty lines and lines that
start with `#`. No `$` is replaced and no command is run.
- without quotes: up to the end of the line; white space at both ends and a `#` after white space
  with all that follows are not part of the value;
- 'single quotes': as it stands, over several lines too; `\\'` and `\\\\` stand for ' and \\;
- "double quotes": over several lines too; `\\n \\r \\t \\a \\b \\f \\v \\" \\' \\\\` are read, any
  other backslash stays.
Line ends inside quotes stay what they are. A byte-order mark is dropped.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from dotenv.parser import Binding, parse_stream

from positronic.errors import PositronicError
from positronic.names import Name, Value, parse_name, parse_value
from px.failures import Detail, Usage


@dataclass(frozen=True, slots=True)
class Assignment:
    """A line's name and value, neither checked; `value` is None where there is no `=`."""

    line: int
    name: str
    value: str | None = field(repr=False)


def read_secrets(data: bytes) -> list[tuple[Name, Value]]:
    """Every secret of the file, in its order. Raises Usage with every line that is wrong."""
    secrets: dict[Name, Value] = {}
    lines: dict[str, int] = {}
    problems: list[Detail] = []
    for item in _items(data):
        if isinstance(item, Detail):
            problems.append(item)
        elif item.name in lines:
            problems.append(_problem(item.line, f"repeats the name of line {lines[item.name]}"))
        else:
            lines[item.name] = item.line
            _check(item, secrets, problems)
    _refuse(problems)
    return list(secrets.items())


def read_assignments(data: bytes) -> list[Assignment]:
    """Every `NAME=value` with its names and values as they are. Raises Usage as `read_secrets`."""
    items = list(_items(data))
    _refuse([item for item in items if isinstance(item, Detail)])
    return [item for item in items if isinstance(item, Assignment)]


def _check(item: Assignment, secrets: dict[Name, Value], problems: list[Detail]) -> None:
    try:
        secrets[parse_name(item.name)] = parse_value(item.value or "")
    except PositronicError as error:
        # The line, not the name: a line of a key in PEM form can look like NAME=.
        problems.append(Detail(error.code, error.message, line=item.line))


def _items(data: bytes) -> Iterator[Assignment | Detail]:
    # newline="": a carriage return inside quotes stays what it is.
    for binding in parse_stream(io.StringIO(_decode(data), newline="")):
        line = _line(binding)
        if binding.error:
            yield _problem(line, "is not NAME=value, or has a quote that is not closed")
        elif binding.key is not None and binding.value is None:
            yield _problem(line, "has no `=`")
        elif binding.key is not None:
            yield Assignment(line, binding.key, binding.value)


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Usage(f"the file is not UTF-8 text (line {line})", code="invalid_file") from None


def _line(binding: Binding) -> int:
    """The parser counts from the empty lines before; this is where the text begins."""
    text = binding.original.string
    before = text[: len(text) - len(text.lstrip())].replace("\r\n", "\n").replace("\r", "\n")
    return binding.original.line + before.count("\n")


def _problem(line: int, error: str) -> Detail:
    return Detail("invalid_line", error, line=line)


def _refuse(problems: list[Detail]) -> None:
    if problems:
        count = "a line" if len(problems) == 1 else f"{len(problems)} lines"
        raise Usage(
            f"the file has {count} that px cannot read; nothing was sent",
            code="invalid_file",
            details=problems,
        )
