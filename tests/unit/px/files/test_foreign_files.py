"""Files of other tools are called what they are, and nothing of them is stored or shown."""

from __future__ import annotations

import pytest

from px.errors import Detail, Usage
from px.files.assignments import Reading, check
from px.sources.text import parse
from support.foreign_files import LINES, ODD, PLAIN, WHOLE


def read(data: bytes) -> list[Detail]:
    """What is odd about the file's values. Raises Usage."""
    remarks: list[Detail] = []
    check([Reading(parse(data))], remarks)
    return remarks


def told(error: Usage) -> str:
    return "\n".join([error.message, error.hint, *(one.error for one in error.details)])


@pytest.mark.parametrize(("data", "words"), WHOLE)
def test_a_file_of_another_tool_is_called_what_it_is(data: bytes, words: str) -> None:
    """With what to do; never a value."""
    with pytest.raises(Usage) as caught:
        read(data)

    assert words in told(caught.value)
    assert caught.value.hint
    assert "4711" not in told(caught.value)


@pytest.mark.parametrize(("data", "line", "words"), LINES)
def test_a_line_of_another_tool_is_called_what_it_is(data: bytes, line: int, words: str) -> None:
    """By its number."""
    with pytest.raises(Usage) as caught:
        read(data)

    assert [one.line for one in caught.value.details if words in one.error] == [line]
    assert "4711" not in told(caught.value)


@pytest.mark.parametrize(("data", "words"), ODD)
def test_what_is_hardly_meant_is_taken_with_a_warning(data: bytes, words: str) -> None:
    """A placeholder can be somebody's value."""
    [remark] = read(data)

    assert words in remark.error
    assert remark.line == 1
    assert "4711" not in remark.error


@pytest.mark.parametrize("data", PLAIN)
def test_what_only_looks_like_it_is_taken_without_a_word(data: bytes) -> None:
    """Connection strings, hashes, names that other tools use too."""
    assert read(data) == []


@pytest.mark.parametrize("value", ["\u201cx\u201d", "$(id)", "1 B=2", "\u200bx", "<<EOF"])
def test_single_quotes_keep_what_is_refused_without(value: str) -> None:
    """No text is out of reach of a dotenv file."""
    with pytest.raises(Usage):
        read(f"A={value}\n".encode())

    read(f"A='{value}'\n".encode())


def test_a_long_value_is_looked_at_in_no_time() -> None:
    """No pattern goes over it again and again: the largest values of awkward letters."""
    for piece in ("_", "x", "my_", "a ", "$(", "-", "[", "\\"):
        text = (piece * 65_536)[:65_000]

        read(f"A='{text}z'\n".encode())
