"""Answers that are encoded without a model say what the model would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from positronic.api import encoded_lists, models
from positronic.commands.asked_secrets import ListedSecret, SecretsPage
from positronic.names import Name
from positronic.ports import Unreadable

NOW = 1_700_000_000_000
READABLE = ListedSecret(Name("A"), 3, NOW + 123, NOW, NOW + 5, {})
FULL = ListedSecret(
    *(Name("B"), 4, NOW, NOW, NOW),
    {
        "changedBy": {"type": "token", "id": "root", "name": "root"},
        "restoredFrom": 1,
        "note": 'for "billing"',
        "due": [NOW + 9, "rotate"],
        "expiresAt": NOW + 10,
        "rotateEvery": 90,
        "enforce": True,
        "deletedAt": NOW,
        "keptUntil": NOW + 1,
    },
)
WEIRD = Unreadable('"é\\ \u2028')


def _name(item: ListedSecret | Unreadable) -> str:
    return item.id if isinstance(item, Unreadable) else item.name


@pytest.mark.parametrize("items", [[], [READABLE], [WEIRD, READABLE], [FULL]])
@pytest.mark.parametrize("cursor", [None, "=A", '="'])
@pytest.mark.parametrize("reads", [{}, {READABLE.name: 1_800_000_000_000, "OTHER": 5}])
def test_a_list_is_what_its_model_writes(
    items: Sequence[ListedSecret | Unreadable], cursor: str | None, reads: Mapping[str, int]
) -> None:
    """To the byte, whatever an entry that cannot be read is called."""
    found = encoded_lists.secrets_json(SecretsPage(items, cursor, reads))
    parsed = models.SecretsOut.model_validate_json(found)

    assert models.to_json(parsed) == found
    assert [one.name for one in parsed.secrets] == [_name(one) for one in items]
    assert parsed.cursor == cursor
