"""A list checks a state as whoever reads it alone does."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from positronic.ledger.secret_rows import STATES, listed
from positronic.ports import Unreadable
from positronic.rows import Row
from positronic.times import LAST

GOOD: Final[dict[str, Any]] = {
    "version": 3,
    "createdAt": 1_700_000_000_000,
    "updatedAt": 1_700_000_000_123,
    "keyId": "k-1",
    "deletedAt": None,
}
NAMED: Final = ("A", ("A",))
WRONG: Final[dict[str, list[object]]] = {
    "version": [None, 0, -1, 1.0, True, "3", 2**53, 10**400],
    "createdAt": [None, 0, 1.5, "1", LAST + 1],
    "updatedAt": [None, 0, False, [], LAST + 1],
    "keyId": [None, "", "k 1", "k1\n", "k" * 33, "é", 1],
    "deletedAt": [1, 0, "", False],
}
CHANGED: Final = [{**GOOD, key: value} for key, values in WRONG.items() for value in values]
WITHOUT: Final = [{key: GOOD[key] for key in GOOD if key != gone} for gone in GOOD]
TEXTS: Final = ["", "null", "[]", "{", "NaN", "\ud800", '{"version":NaN}', json.dumps(GOOD) + "x"]
NAMES: Final = [("1A", ("1A",)), ("POSITRONIC_A", ("POSITRONIC_A",)), ("A", ("B",)), ("", ("",))]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        *((json.dumps(fields), NAMED) for fields in (GOOD, *CHANGED, *WITHOUT)),
        *((text, NAMED) for text in TEXTS),
        *((json.dumps(GOOD), named) for named in NAMES),
    ],
)
def test_a_list_shows_what_a_read_would_find(text: str, named: tuple[str, tuple[str, ...]]) -> None:
    row = Row(named[0], text, named[1], revision=1)
    item = STATES.item(row)

    if isinstance(item, Unreadable):
        assert listed(row) == [row.id]
    else:
        one = item.metadata
        assert listed(row) == [item.name, one.version, one.created_at, one.updated_at]


def test_a_state_that_is_as_it_must_be_is_listed() -> None:
    assert listed(Row("A", json.dumps(GOOD), ("A",), revision=1)) == [
        *("A", GOOD["version"], GOOD["createdAt"], GOOD["updatedAt"])
    ]
