"""Reads dotenv files with python-dotenv's parser, refusing everything that it did not understand.

The dialect. `NAME=value`, `export NAME=value`, white space around `=`; empty lines and lines that
start with `#`. No `$` is replaced and no command is run.
- without quotes: up to the end of the line, without white space at both ends and without a
  comment (`#` after white space);
- 'single quotes': unchanged, even over several lines; `\\'` and `\\\\` stand for ' and \\;
- "double quotes": even over several lines; `\\n \\r \\t \\a \\b \\f \\v \\" \\' \\\\` are escapes,
  any other backslash stays.
Line ends inside quotes are kept. A byte-order mark is removed.

Some values are refused without quotes (px.files.doubtful): those that a shell would read
differently, and those with invisible characters.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from dotenv.parser import Binding, parse_stream

from positronic.names import NAME
from px.errors import Detail
from px.files.assignments import Assignment, Item, refuse
from px.files.file_text import decode
from px.files.foreign_lines import explain


def read_assignments(data: bytes, what: str = "the file") -> list[Assignment]:
    """Every `NAME=value`, both unchecked. Raises Usage with every wrong line."""
    found = list(items(decode(data, what)))
    refuse([item for item in found if isinstance(item, Detail)], what)
    return [item for item in found if isinstance(item, Assignment)]


def items(text: str) -> Iterator[Item]:
    """Every `NAME=value` and every other line, in order."""
    # newline="": keeps a carriage return inside quotes.
    for binding in parse_stream(io.StringIO(text, newline="")):
        line = _line(binding)
        if binding.error:
            yield _problem(line, binding, "is not NAME=value, or has an unclosed quote")
        elif binding.key is not None and binding.value is None:
            yield _problem(line, binding, "has no `=`")
        elif binding.key is not None and (words := _not_a_name(binding)):
            yield Detail("invalid_name", words, line=line)
        elif binding.key is not None:
            yield Assignment(line, binding.key, binding.value, quoted=_is_quoted(binding))


def _line(binding: Binding) -> int:
    """The line where the text begins; the parser counts from the empty lines before it."""
    text = binding.original.string
    before = text[: len(text) - len(text.lstrip())].replace("\r\n", "\n").replace("\r", "\n")
    return binding.original.line + before.count("\n")


def _is_quoted(binding: Binding) -> bool:
    return binding.original.string.partition("=")[2].lstrip()[:1] in ("'", '"')


def _not_a_name(binding: Binding) -> str:
    """What the line is, if the part before its `=` is not a name and px knows why."""
    return "" if NAME.fullmatch(binding.key or "") else explain(binding.original.string, "")


def _problem(line: int, binding: Binding, error: str) -> Detail:
    return Detail("invalid_line", explain(binding.original.string, error), line=line)
