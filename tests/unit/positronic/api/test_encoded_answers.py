"""Answers that are encoded without a model say what the model would."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from positronic.api import encoded_lists, models
from positronic.names import Name
from positronic.ports import Page, SecretInfo, Unreadable

READABLE = SecretInfo(Name("A"), 3, 1_700_000_000_123, 1_700_000_000_000)
WEIRD = Unreadable('"é\\ \u2028')


def _name(item: SecretInfo | Unreadable) -> str:
    return item.id if isinstance(item, Unreadable) else item.name


@pytest.mark.parametrize("items", [[], [READABLE], [WEIRD, READABLE]])
@pytest.mark.parametrize("cursor", [None, "=A", '="'])
def test_a_list_is_what_its_model_writes(
    items: Sequence[SecretInfo | Unreadable], cursor: str | None
) -> None:
    """To the byte, whatever an entry that cannot be read is called."""
    found = encoded_lists.secrets_json(Page(items, cursor))
    parsed = models.SecretsOut.model_validate_json(found)

    assert models.to_json(parsed) == found
    assert [one.name for one in parsed.secrets] == [_name(one) for one in items]
    assert parsed.cursor == cursor
