"""The sealed text, packed and unpacked; what is refused stands in the vectors."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.errors import CorruptRecord
from positronic.names import Name, Project
from positronic.ports import Metadata
from positronic.sealing.envelope import Envelope, associated_data, key_info, pack, unpack

ENVELOPES = st.builds(
    Envelope,
    key_id=st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
    salt=st.binary(min_size=16, max_size=16),
    nonce=st.binary(min_size=12, max_size=12),
    sealed=st.binary(min_size=17, max_size=300),
)
PROJECTS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,127}", fullmatch=True)
METADATA = st.builds(
    Metadata,
    version=st.integers(1, 2**53 - 1),
    created_at=st.integers(1, 2**53 - 1),
    updated_at=st.integers(1, 2**53 - 1),
    key_id=st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
)
PLACES = st.tuples(PROJECTS, NAMES, METADATA)


@given(ENVELOPES)
def test_an_envelope_comes_back(envelope: Envelope) -> None:
    """Unpacking what was packed gives the same envelope."""
    assert unpack(pack(envelope)) == envelope


@given(ENVELOPES)
def test_a_sealed_text_is_one_line_of_ascii(envelope: Envelope) -> None:
    """Every backend can carry it: letters, digits, hyphen, underscore and four full stops."""
    text = pack(envelope)

    assert text.isascii()
    assert text.isprintable()
    assert text.count(".") == 4
    assert text.startswith("px1.")


@given(st.text(max_size=120) | ENVELOPES.map(pack).flatmap(lambda text: _edited(text)))
def test_a_text_has_one_reading_or_none(text: str) -> None:
    """Whatever unpacks packs to the very same text; everything else raises CorruptRecord."""
    try:
        envelope = unpack(text)
    except CorruptRecord:
        return

    assert pack(envelope) == text


def _edited(text: str) -> st.SearchStrategy[str]:
    """One character of the text replaced."""
    return st.builds(
        lambda place, character: text[:place] + character + text[place + 1 :],
        st.integers(0, len(text) - 1),
        st.sampled_from("AQgw-_+/=. \n\0é\ud800"),
    )


@pytest.mark.parametrize("text", ["px1.\ud800.A.A.A", "px1.k.\ud800", "\ud800"])
def test_lone_surrogates_are_refused(text: str) -> None:
    """Text that is no Unicode raises CorruptRecord like any other."""
    with pytest.raises(CorruptRecord):
        unpack(text)


def test_a_text_that_is_too_long_is_not_looked_at() -> None:
    """More than 87,500 characters are refused for their number, whatever they are."""
    with pytest.raises(CorruptRecord, match="too long"):
        unpack("." * 87_501)


@given(PLACES, PLACES)
def test_two_places_never_share_associated_data(
    one: tuple[str, str, Metadata], other: tuple[str, str, Metadata]
) -> None:
    """The encoding is injective: equal bytes mean equal project, name and metadata."""
    same = _data(one) == _data(other)

    assert same == (one == other)


def _data(place: tuple[str, str, Metadata]) -> bytes:
    return associated_data(Project(place[0]), Name(place[1]), place[2])


def test_no_border_can_be_shifted() -> None:
    """Moving a character from one field to its neighbour changes both encodings."""
    pairs = [("a", "bc"), ("ab", "c"), ("abc", "_")]
    metadata = Metadata(1, 1, 1, "k")
    infos = [key_info(Project(project), Name(name)) for project, name in pairs]
    data = [associated_data(Project(project), Name(name), metadata) for project, name in pairs]

    assert all(one != other for one, other in combinations(infos, 2))
    assert all(one != other for one, other in combinations(data, 2))


@pytest.mark.parametrize(("more", "reason"), [(0, "is not in the px1 format"), (1, "is too long")])
def test_only_a_text_over_the_longest_length_is_too_long(more: int, reason: str) -> None:
    """One of exactly 87,500 characters is looked at."""
    with pytest.raises(CorruptRecord, match=reason):
        unpack("x" * (87_500 + more))


def test_the_longest_sealed_text_is_read() -> None:
    """65,536 bytes under the longest key id come back; a byte more is refused."""
    longest = Envelope("k" * 32, bytes(16), bytes(12), bytes(65_536 + 16))

    assert unpack(pack(longest)) == longest
    with pytest.raises(CorruptRecord, match="impossible size"):
        unpack(pack(longest._replace(sealed=bytes(65_536 + 17))))
