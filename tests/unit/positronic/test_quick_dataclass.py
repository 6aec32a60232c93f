"""A quick dataclass is a value: compared and hashed by its fields, and without room for others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from positronic.names import Name
from positronic.ports import Metadata, Record, RecordInfo
from positronic.quick_dataclass import quick_replace
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


def test_one_is_replaced_as_by_dataclasses() -> None:
    """Also with fields of the classes above it; a misspelt one is noticed."""
    one = Record(Name("A"), METADATA, "sealed")

    assert quick_replace(one, sealed="other") == replace(one, sealed="other")
    assert quick_replace(one, name=Name("B")) == replace(one, name=Name("B"))
    with pytest.raises(TypeError):
        quick_replace(one, seald="other")  # type: ignore[call-arg]
