"""Sealer: any value that may be stored comes back, and the record shows nothing of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.ciphers.native import NativeCipher
from positronic.names import MAX_VALUE, Name, Project, parse_value
from positronic.ports import Metadata
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from support.memory_service import MASTER_KEYS, Counting
from support.running import run

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200)


def sealed_and_opened(text: str) -> str:
    sealer = Sealer(Project("shop"), NativeCipher(), Keyring(MASTER_KEYS), Counting())
    metadata = Metadata(1, 1, 1, sealer.newest)
    record = run(sealer.seal(Name("API_KEY"), parse_value(text), metadata))
    assert text not in repr(record) or len(text) < 8
    return run(sealer.open(record)).reveal()


@given(VALUES)
def test_a_value_comes_back(value: str) -> None:
    """Whatever was sealed opens to the same text."""
    assert sealed_and_opened(value) == value


@pytest.mark.parametrize("value", ["x" * MAX_VALUE, "€" * 21_845, "\n\n", "a\r\nb\r\n", "\ufeffx"])
def test_a_value_at_the_edge_comes_back(value: str) -> None:
    """The longest values and odd line ends open to the same text."""
    assert sealed_and_opened(value) == value
