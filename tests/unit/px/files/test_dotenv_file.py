"""The dotenv dialect: what each line means, and what is refused."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.names import Name, Value
from px.errors import Usage
from px.files.assignments import Reading, check
from px.files.doubtful import refused
from px.sources.text import parse
from support.dialect import ARRIVES, OTHER_ENCODINGS, REFUSED
from support.source import ROOT


def read(data: bytes) -> list[tuple[Name, Value]]:
    return check([Reading(parse(data, "dotenv"))])


@pytest.mark.parametrize(("data", "value"), ARRIVES)
def test_a_value_arrives_as_the_dialect_says(data: bytes, value: str) -> None:
    """Each spelling has one meaning, byte for byte."""
    [(_, found)] = read(data)

    assert found.reveal() == value


@pytest.mark.parametrize(("data", "lines"), REFUSED)
def test_every_wrong_line_is_named(data: bytes, lines: list[int]) -> None:
    """Nothing is guessed at or left out: each line that is wrong is in the refusal."""
    with pytest.raises(Usage) as caught:
        read(data)

    assert [detail.line for detail in caught.value.details] == lines


@pytest.mark.parametrize(
    "data", [b"canary\n", b"canary=\n", b"A=1\nca-nary=1\n", b'A="canary\n', b"canary+/==\n"]
)
def test_a_refusal_repeats_nothing_of_the_file(data: bytes) -> None:
    """What does not parse may be a piece of a key, so only its line number is told."""
    with pytest.raises(Usage) as caught:
        read(data)

    shown = caught.value.message + "".join(d.error + str(d.name) for d in caught.value.details)
    assert "canary" not in shown
    assert "ca-nary" not in shown


@pytest.mark.parametrize(("data", "words"), OTHER_ENCODINGS)
def test_a_file_that_is_not_utf8_is_refused(data: bytes, words: str) -> None:
    """Another encoding is not guessed: a sentence says what the file is."""
    with pytest.raises(Usage, match=re.escape(words)):
        read(data)


def test_an_empty_file_holds_nothing() -> None:
    """No lines, no secrets, no complaint."""
    assert read(b"# nothing yet\n") == []


ROW = re.compile(r"^\| (`.*`) \| (?:(`.*`)|refused, each with its line) \|$", re.MULTILINE)
SPAN = re.compile(r"``(.+?)``(?!`)|`([^`]+)`")


def documented_rows() -> list[tuple[list[str], str | None]]:
    """The table of docs/files.md: spellings, and the value, or None for those that are refused."""
    text = (ROOT / "docs" / "files.md").read_text()
    table = text[text.index("| in the file (⏎") :].partition("\n\n")[0]
    return [(spans(row[1]), spans(row[2])[0] if row[2] else None) for row in ROW.finditer(table)]


def spans(cell: str) -> list[str]:
    return [found[1] or found[2] for found in SPAN.finditer(cell)]


def test_the_docs_show_the_dialect() -> None:
    """It shows spellings of each kind, and some that are refused."""
    values = [value for _, value in documented_rows()]

    assert len(values) >= 7
    assert values.count(None) == 1


@pytest.mark.parametrize(("spellings", "value"), documented_rows())
def test_the_docs_tell_the_truth(spellings: list[str], value: str | None) -> None:
    """Every row of its table is what px does."""
    for spelling in spellings:
        data = spelling.replace("⏎", "\n").encode()
        if value is None:
            with pytest.raises(Usage) as caught:
                read(data)

            assert caught.value.details[0].line is not None
        else:
            assert [found.reveal() for _, found in read(data)] == [json.loads(value)]


# Whatever a value may be, but no reference to a secret elsewhere.
TEXT = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1
).filter(lambda value: not refused(value, quoted=True))


@given(TEXT)
def test_any_text_arrives_in_single_quotes(value: str) -> None:
    """With ' and \\ escaped, whatever a value may be is one that a file can hold."""
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")

    assert [found.reveal() for _, found in read(f"A='{quoted}'\n".encode())] == [value]


@given(TEXT)
def test_any_text_arrives_in_double_quotes(value: str) -> None:
    """With " and \\ escaped."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')

    assert [found.reveal() for _, found in read(f'A="{quoted}"\n'.encode())] == [value]


def refusal(data: bytes) -> Usage | None:
    """Why a file is refused; None when it is read."""
    try:
        read(data)
    except Usage as error:
        return error
    return None


@given(st.binary(max_size=200) | st.text("AB=\"'\\ #\n\r$`{}\0\ufeff\u00a0").map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No file ends in anything but secrets or a refusal that says where."""
    error = refusal(data)

    assert error is None or error.details or error.code == "invalid_file"
