"""What is stored and signed is to the byte what `json` writes: signatures of before stay valid."""

from __future__ import annotations

import json
from typing import Final

import pytest

from positronic.ledger.json_text import encoder
from positronic.ports import Signature

FOUND: Final = [
    {},
    [],
    {"b": 1, "a": [None, True, False, -1, 2**53, 1.5], "": {"z": {}, "y": ()}},
    ["", 'é\x7f\0\n"\\/', "\U0001f511", "\ud800", {"é": "\u2028"}],
    ["id", {"z": ["b", "a"], "a": Signature("k1", "0" * 64)}, {"keptUntil": "2026"}],
]


@pytest.mark.parametrize("found", FOUND, ids=range(len(FOUND)))
def test_the_bytes_are_those_of_json(found: object) -> None:
    """With either spelling, and each time that the encoder is used."""
    tight = encoder(",", ":")
    spaced = encoder(", ", ": ", sort_keys=True)

    for _ in range(2):
        assert tight(found) == json.dumps(found, separators=(",", ":"))
        assert spaced(found) == json.dumps(found, sort_keys=True)
