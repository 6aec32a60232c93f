"""Options and first states as they stand on the command line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from px.brains.order import MAX_STATE, parse_options, parse_state, parse_title, read_state
from px.errors import Usage

CANARY = "canary-4711"


def test_options_are_text() -> None:
    """Whatever stands after the first `=`, byte for byte."""
    given = [
        "n=3",
        "empty=",
        "url=http://h/?a=b",
        "on=true",
        "key with space=x",
        "\u00fc=\U0001f512",
    ]

    assert parse_options(given) == {
        "n": "3",
        "empty": "",
        "url": "http://h/?a=b",
        "on": "true",
        "key with space": "x",
        "\u00fc": "\U0001f512",
    }


@pytest.mark.parametrize(
    "given", [CANARY, f"={CANARY}", "", f"b={CANARY}", f"c={CANARY}\udcff", f"c\udcff={CANARY}"]
)
def test_what_is_no_option_is_refused_by_its_place(given: str) -> None:
    """The sentence repeats nothing: it may be a secret in the wrong place."""
    with pytest.raises(Usage, match="number 3") as caught:
        parse_options(["a=1", "b=2", given])

    assert CANARY not in caught.value.message


def test_a_state_stands_in_the_argument_a_file_or_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` is stdin, `@` a file, anything else the JSON itself."""
    (tmp_path / "state").write_bytes(b'\xef\xbb\xbf{"a": [1, 2.5, null]}\r\n')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"b": "\xc3\xbc"}\n')))

    found = [read_state(given) for given in (None, '{"c": {}}', f"@{tmp_path}/state", "-")]

    assert found == [None, {"c": {}}, {"a": [1, 2.5, None]}, {"b": "\u00fc"}]


def test_bad_json_is_refused_with_its_place() -> None:
    """Line and column, and none of the text."""
    with pytest.raises(Usage, match="line 2, column 7") as caught:
        parse_state(f'{{"a": 1,\n "b": x{CANARY}}}'.encode())

    assert CANARY not in caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": "' + b"x" * MAX_STATE + b'"}',
    ],
)
def test_what_no_request_can_hold_is_refused(data: bytes) -> None:
    """No object, a key twice, no number of JSON's, no UTF-8, too deep, too long."""
    with pytest.raises(Usage):
        parse_state(data)


@pytest.mark.parametrize("path", ["@nowhere", "@", "@\0"])
def test_a_file_that_cannot_be_read_is_refused(path: str) -> None:
    """Not by its name: it may be something else, in the wrong place."""
    with pytest.raises(Usage, match="the file of --state-json cannot be read"):
        read_state(path)


@pytest.mark.parametrize("title", ["", "\udcff"])
def test_a_title_that_no_request_can_hold_is_refused(title: str) -> None:
    """Before anything is sent."""
    with pytest.raises(Usage):
        parse_title(title)
