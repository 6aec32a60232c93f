"""A body of too many values is refused before one of them is made."""

from __future__ import annotations

import json

import pytest

from positronic.api.body import read_json
from positronic.errors import TooLarge
from positronic.http.json_nodes import MAX_NODES


@pytest.mark.parametrize("unit", [b"{},", b"1,", b'"",', b"[],"])
def test_too_many_values(unit: bytes) -> None:
    """Whatever they are."""
    with pytest.raises(TooLarge, match="more than 300,000 JSON values"):
        read_json(b"[" + unit * (MAX_NODES + 1) + b"1]")


def test_what_stands_in_a_text_does_not_count() -> None:
    """Values may be full of commas and braces."""
    text = '{}[],\\"' * MAX_NODES

    assert read_json(json.dumps([text]).encode()) == [text]


def test_a_text_that_does_not_end() -> None:
    """It is refused, in one way or the other, in time that goes with its size."""
    with pytest.raises(Exception, match=r"JSON"):
        read_json(b'["' + b'\\",{' * 1_000_000)
