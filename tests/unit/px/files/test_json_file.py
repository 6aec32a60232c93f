"""Secrets as a JSON object: what is taken, and what is refused where."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from px.errors import Usage
from px.files.assignments import Reading, check
from px.sources.text import parse


def read(data: bytes) -> dict[str, str]:
    found = check([Reading(parse(data, name="x.json"))])
    return {name: value.reveal() for name, value in found}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"A": "1"},
        {"A": " $HOME `id` # \\n \n\r\n\t\"'\u2028", "B": "\U0001f511\u00fc"},
        {"A": '{"json": ["in", {"json": 1}]}'},
        {f"N{number}": "x" * 65_536 for number in range(3)},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_a_string_arrives_as_json_says(
    values: dict[str, str], indent: int | None, is_ascii: bool
) -> None:
    """Whatever a JSON string can spell arrives, however it is spelt."""
    text = json.dumps(values, indent=indent, ensure_ascii=is_ascii)

    assert read(text.encode()) == values


@pytest.mark.parametrize("data", [b'\xef\xbb\xbf{"A":"1"}', b'\r\n {"A"\n:\n"1"\n}\n\n'])
def test_space_and_a_mark_around_it_are_passed_over(data: bytes) -> None:
    """A byte-order mark and white space are not part of the document."""
    assert read(data) == {"A": "1"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", r"is not valid JSON \(line 1, column 1\)"),
        (b'{"A": "canary"', r"is not valid JSON \(line 1, column 15\)"),
        (b'{"A": "1",\n "canary": x}', r"is not valid JSON \(line 2, column 12\)"),
        (b'{"A": "canary\n"}', r"is not valid JSON \(line 1"),
        (b"{'A': 'canary'}", r"is not valid JSON \(line 1"),
        (b'{"A": "1",}', r"is not valid JSON \(line 1"),
        (
            b'{"A": "1"}\n{"B": "canary"}',
            r"more than one JSON document, like JSON Lines \(line 2\)",
        ),
        (b'[{"A": "canary"}]', "is a JSON array"),
        (b'"canary"', "is JSON, but not an object"),
        (b'{"A":' * 100_000 + b"}" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_object_is_refused(data: bytes, words: str) -> None:
    """It is said where, and nothing of the file is repeated."""
    with pytest.raises(Usage, match=words) as caught:
        read(data)

    assert "canary" not in caught.value.message + caught.value.hint
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (b'{"A": 1}', [(1, 0)]),
        (b'{"A": ' + b"9" * 5_000 + b"}", [(1, 0)]),
        (
            b'{"A": NaN, "B": null, "C": true, "D": ["x"], "E": {"F": "x"}}',
            [(1, n) for n in range(5)],
        ),
        (b'{"A": "1",\n\n"B": 2,\n"C": ""}', [(3, 1), (4, 2)]),
        (b'{"A": "1", "A": "1"}', [(1, 1)]),
        (b'{"A": "1", "\\u0041": "2"}', [(1, 1)]),
        (b'{"9": "1", "": "2", "A-B": "3", "POSITRONIC_X": "4"}', [(1, n) for n in range(4)]),
        (b'{"A": "x\\u0000y", "B": "\\ud800"}', [(1, 0), (1, 1)]),
        (b'{"A": "' + b"x" * 65_537 + b'"}', [(1, 0)]),
        (b'{"A": [1,\n2],\n"B": ""}', [(1, 0), (3, 1)]),
    ],
)
def test_every_wrong_entry_is_named(data: bytes, places: list[tuple[int, int]]) -> None:
    """By its line and its number, all at once."""
    with pytest.raises(Usage) as caught:
        read(data)

    assert [(detail.line, detail.index) for detail in caught.value.details] == places


def test_a_refusal_repeats_nothing_of_the_file() -> None:
    """An object may be the wrong way round: its names are values."""
    with pytest.raises(Usage) as caught:
        read(b'{"sk-canary": "A", "canary": 1, "canary": "B", "x": "y", "x": "canary"}')

    told = [caught.value.message, *(detail.error for detail in caught.value.details)]
    assert len(told) == 4
    assert "canary" not in " ".join(told)


JSON = st.recursive(st.none() | st.text(), lambda one: st.dictionaries(st.text("AB9"), one))
CUT = st.tuples(JSON.map(json.dumps), st.integers(0, 50)).map(lambda pair: pair[0][: -pair[1]])


def refusal(data: bytes) -> Usage | None:
    """Why a file is refused; None when it is read."""
    try:
        read(data)
    except Usage as error:
        return error
    return None


@given(JSON.map(json.dumps) | CUT | st.text('{}[]",:\\ \nA1\ufeff'))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No document ends in anything but secrets or a refusal."""
    error = refusal(text.encode())

    assert error is None or error.details or error.message.startswith("the file ")
