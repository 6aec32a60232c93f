"""A list checks a state as whoever reads it alone does."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from positronic.ledger.secret_rows import STATES, listed
from positronic.ports import Unreadable
from positronic.rows import Key, Row
from positronic.times import LAST

GOOD: Final[dict[str, Any]] = {
    "version": 3,
    "createdAt": 1_700_000_000_000,
    "updatedAt": 1_700_000_000_123,
    "keyId": "k-1",
    "deletedAt": None,
}
NAMED: Final = ("A", ("A", None, None))
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
NAMES: Final = [
    *((name, (name, None, None)) for name in ("1A", "POSITRONIC_A", "")),
    *(
        ("A", keys)
        for keys in (("B", None, None), ("A", 1, None), ("A", None, 1), (None, None, None))
    ),
]
FULL: Final = {
    **GOOD,
    "changedAt": 1_700_000_000_200,
    "changedBy": {"type": "token", "id": "root", "name": "root"},
    "deletedVersion": 1,
    "keptUntil": 1_800_000_000_000,
    "note": "for billing",
    "expiresAt": 1_790_000_000_000,
    "rotateEvery": 90,
    "enforce": True,
    "keepVersions": 100,
    "keepDays": 0,
}
DUE: Final = GOOD["updatedAt"] + 90 * 86_400_000
FULLY: Final = ("A", ("A", FULL["keptUntil"], DUE))
WRONG_MORE: Final[dict[str, list[object]]] = {
    "changedAt": [0, "", LAST + 1],
    "changedBy": [{"id": 1}, [], "root"],
    "deletedVersion": [0, "1", True],
    "keptUntil": [0, 1, None],
    "note": [1, {}],
    "expiresAt": [0, LAST + 1, "", 1],
    "rotateEvery": [0, 1.5, None],
    "enforce": [None, 1, "true"],
    "keepVersions": [0, 101],
    "keepDays": [-1, 366, True],
}
CHANGED_MORE: Final = [
    {**FULL, key: value} for key, values in WRONG_MORE.items() for value in values
]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        *((json.dumps(fields), NAMED) for fields in (GOOD, *CHANGED, *WITHOUT)),
        *((text, NAMED) for text in TEXTS),
        *((json.dumps(fields), FULLY) for fields in (FULL, GOOD, *CHANGED_MORE)),
        *((json.dumps(GOOD), named) for named in NAMES),
    ],
)
def test_a_list_shows_what_a_read_would_find(
    text: str, named: tuple[str, tuple[Key | None, ...]]
) -> None:
    row = Row(named[0], text, named[1], revision=1)
    item = STATES.item(row)

    (found,) = listed([row])
    if isinstance(item, Unreadable):
        assert found == [row.id]
    else:
        one = item.metadata
        dates = [one.created_at, one.updated_at, item.updated_at]
        assert found[:5] == [item.name, one.version, *dates]
        assert isinstance(found[5], dict)
        assert found[5].get("due") == item.due


def test_a_state_that_is_as_it_must_be_is_listed() -> None:
    dates = [GOOD["createdAt"], *[GOOD["updatedAt"]] * 2]
    good = Row(NAMED[0], json.dumps(GOOD), NAMED[1], revision=1)
    full = Row(FULLY[0], json.dumps(FULL), FULLY[1], revision=1)
    assert listed([good]) == [["A", 3, *dates, {}]]
    assert listed([full])[0][5] == {
        "changedBy": FULL["changedBy"],
        "note": "for billing",
        "expiresAt": FULL["expiresAt"],
        "rotateEvery": 90,
        "enforce": True,
        "due": (DUE, "rotate"),
    }


@pytest.mark.parametrize("text", ["", "{", "{},{}", "[{}]", '{"version":0}'])
def test_a_row_that_cannot_be_read_stops_no_other(text: str) -> None:
    """Also one whose text, beside others, looks like other rows."""
    good = Row(NAMED[0], json.dumps(GOOD), NAMED[1], revision=1)
    bad = Row("B", text, ("B", None, None), revision=1)

    assert listed([good, bad, good]) == [*listed([good]), ["B"], *listed([good])]
