"""A quick dataclass is a value: compared and hashed by its fields, and without room for others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from positronic.names import Name
from positronic.ports import Metadata, Record, RecordInfo
from positronic.rows import Change, Delete, Kind, Put

METADATA = Metadata(1, 2, 3, "k1")


def test_it_is_compared_and_hashed_by_its_fields() -> None:
    """Two that were made alike are one key of a dict, and another one is another."""
    one, same = (Record(Name("A"), METADATA, "sealed") for _ in range(2))

    assert one == same
    assert {one: 1}[same] == 1
    assert replace(one, sealed="other") not in {one}


def test_its_class_counts() -> None:
    """One with the same fields of another class is another."""
    kind = Kind("kind")
    one: Change = Delete(kind, "a")
    assert one != Put(kind, "a", "")
    assert RecordInfo(Name("A"), METADATA) != Record(Name("A"), METADATA, "")


def test_it_has_no_other_attributes() -> None:
    """A misspelt one is noticed."""
    with pytest.raises(AttributeError):
        Put(Kind("kind"), "a", "").revison = 1  # type: ignore[attr-defined]
