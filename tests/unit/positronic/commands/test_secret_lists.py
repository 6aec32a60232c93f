"""A list checks a state as whoever reads it alone does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from positronic.api import models
from positronic.commands.secret_lists import as_json, listed
from positronic.ledger.secret_rows import STATES
from positronic.ports import Unreadable
from positronic.rows import Key, Row
from positronic.times import LAST, iso
from support.memory_service import House

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
    "note": 'for "billing"',
    "expiresAt": 1_790_000_000_000,
    "rotateEvery": 90,
    "enforce": True,
    "keepVersions": 100,
    "keepDays": 0,
}
DUE: Final = GOOD["updatedAt"] + 90 * 86_400_000
FULLY: Final = ("A", ("A", FULL["keptUntil"], DUE))
PLAIN: Final = Row(NAMED[0], json.dumps(GOOD), NAMED[1], revision=1)
FULL_ROW: Final = Row(FULLY[0], json.dumps(FULL), FULLY[1], revision=1)
WEIRD: Final = Row('"é\\ \u2028', json.dumps(GOOD), NAMED[1], revision=1)
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

    (found,) = _listed([row])
    if isinstance(item, Unreadable):
        assert found == _unreadable(row.id)
    else:
        one = item.metadata
        assert (found["name"], found["version"]) == (item.name, one.version)
        assert found["createdAt"] == iso(one.created_at)
        assert found["updatedAt"] == iso(item.updated_at)
        assert found["sealedAt"] == iso(one.updated_at)
        assert found.get("due") == (iso(item.due.at) if item.due else None)


def test_a_state_that_is_as_it_must_be_is_listed() -> None:
    name, read = "A", GOOD["updatedAt"] + 1
    dates = {
        "createdAt": iso(GOOD["createdAt"]),
        "updatedAt": iso(GOOD["updatedAt"]),
        "sealedAt": iso(GOOD["updatedAt"]),
    }
    assert _listed([PLAIN], {"B": 5, "A": None}) == [{"name": name, "version": 3, **dates}]
    assert _listed([FULL_ROW], {name: read}) == [
        {
            "name": name,
            "version": 3,
            **dates,
            "updatedAt": iso(FULL["changedAt"]),
            "updatedBy": FULL["changedBy"],
            "lastReadAt": iso(read),
            "note": 'for "billing"',
            "expiresAt": iso(FULL["expiresAt"]),
            "rotateEvery": 90,
            "enforce": True,
            "due": iso(DUE),
        }
    ]


@pytest.mark.parametrize("rows", [[], [PLAIN], [WEIRD, PLAIN], [FULL_ROW]])
@pytest.mark.parametrize("cursor", [None, "=A", '="'])
@pytest.mark.parametrize("reads", [{}, {"A": 1_800_000_000_000, "OTHER": 5}])
@pytest.mark.parametrize("more", [{}, {"countedSince": iso(LAST), "complete": False}])
def test_a_list_is_what_its_model_writes(
    rows: Sequence[Row],
    cursor: str | None,
    reads: Mapping[str, int],
    more: Mapping[str, object],
) -> None:
    """To the byte, whatever an entry that cannot be read is called."""
    found = as_json(listed(rows, reads), cursor, **more)
    parsed = models.SecretsOut.model_validate_json(found)

    assert models.to_json(parsed).decode() == found
    assert [one.name for one in parsed.secrets] == [row.id for row in rows]
    assert (parsed.count, parsed.cursor) == (len(rows), cursor)


def test_what_was_deleted_is_what_its_model_writes() -> None:
    """The same, with its note and its dates."""
    house = House()
    house.put("A", "B")
    house.call("PATCH", "/secrets/A", {"note": "of the shop", "rotateEvery": 9})
    for name in ("A", "B"):
        house.call("DELETE", f"/secrets/{name}")
    found = house.call("GET", "/secrets?deleted=true").body
    parsed = models.SecretsOut.model_validate_json(found)

    assert models.to_json(parsed) == found
    assert [(one["name"], one.get("note")) for one in json.loads(found)["secrets"]] == [
        ("A", "of the shop"),
        ("B", None),
    ]


@pytest.mark.parametrize("text", ["", "{", "{},{}", "[{}]", '{"version":0}'])
def test_a_row_that_cannot_be_read_stops_no_other(text: str) -> None:
    """Also one whose text, beside others, looks like other rows."""
    bad = Row("B", text, ("B", None, None), revision=1)
    alone = _listed([PLAIN])

    assert _listed([PLAIN, bad, PLAIN]) == [*alone, _unreadable("B"), *alone]


def _listed(rows: Sequence[Row], reads: Mapping[str, int | None] | None = None) -> list[Any]:
    return [json.loads(one) for one in listed(rows, reads or {})]


def _unreadable(name: str) -> dict[str, object]:
    return {"name": name, "unreadable": True}
