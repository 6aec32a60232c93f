"""The dotenv dialect: what each line means, and what is refused."""

from __future__ import annotations

import re

import pytest

from positronic.names import Name, Value
from px.assignments import Reading, check
from px.failures import Usage
from px.source import parse
from support.dialect import ARRIVES, OTHER_ENCODINGS, REFUSED


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
