"""What a project name, a secret name and a value may be."""

from __future__ import annotations

import copy
import json
import pickle
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.errors import InvalidName, InvalidValue, PositronicError, ReservedName
from positronic.names import MAX_VALUE, Value, parse_name, parse_project, parse_value

CANARY = "canary-4b1d"


@pytest.mark.parametrize(
    "text", ["A", "_", "a1", "API_KEY", "N" * 128, "positronic_x", "POSITRONIC"]
)
def test_a_good_name_is_taken_as_it_is(text: str) -> None:
    """A name inside alphabet and length is the same text."""
    assert parse_name(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "1A", "-A", "A-B", "A.B", "A/B", "A:B", "A B", " A", "A ", "A\n", "A\0", "$A"],
        *["N" * 129, "..", "%41", "[A", "A]", "{A", "@A", "`A", "A=", "\ufeffA", "A\u200b"],
        *["\u0410PI", "\uff21PI", "API\u0661", "API\u00b2", "\u00c9", "K\u0307", "\u212aEY"],
        *[
            "\ud800",
            "A\udfff",
            "\N{GREEK CAPITAL LETTER ALPHA}",
            "\u017f",
            "A\N{COMBINING ACUTE ACCENT}",
        ],
    ],
)
def test_any_other_name_is_refused(text: str) -> None:
    """What is outside the alphabet or too long, in any script, raises InvalidName."""
    with pytest.raises(InvalidName):
        parse_name(text)


@pytest.mark.parametrize("text", ["POSITRONIC_", "POSITRONIC_X", "POSITRONIC__"])
def test_a_reserved_name_is_refused(text: str) -> None:
    """The framework's own prefix raises ReservedName."""
    with pytest.raises(ReservedName):
        parse_name(text)


@given(st.text(alphabet=string.printable, max_size=140))
def test_a_name_is_exactly_the_contract(text: str) -> None:
    """Of all printable text, just what the contract describes is a name."""
    letters = set(string.ascii_letters + "_")
    expected = (
        1 <= len(text) <= 128
        and text[0] in letters
        and set(text) <= letters | set(string.digits)
        and not text.startswith("POSITRONIC_")
    )
    try:
        taken = bool(parse_name(text))
    except PositronicError:
        taken = False

    assert taken == expected


@pytest.mark.parametrize("text", ["a", "0", "shop", "a-b", "a-", "p" * 63, "0-0"])
def test_a_good_project_is_taken_as_it_is(text: str) -> None:
    """A project name inside alphabet and length is the same text."""
    assert parse_project(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *["", "-a", "A", "aB", "a_b", "a.b", "a/b", "../a", "a b", "a\n", "a\0", "p" * 64],
        *["\u0430", "\uff41", "a\u0661", "\ud800", "é"],
    ],
)
def test_any_other_project_is_refused(text: str) -> None:
    """What is outside the alphabet or too long raises InvalidName."""
    with pytest.raises(InvalidName):
        parse_project(text)


@pytest.mark.parametrize("parse", [parse_name, parse_project])
def test_a_refused_name_is_not_repeated(parse: Callable[[str], str]) -> None:
    """The message does not hold what was sent: it may be a value in the wrong place."""
    with pytest.raises(InvalidName) as caught:
        parse(f"{CANARY}!")

    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *["x", " ", "\n", "\r\n", "\ufeff", "a\u0001b", "value\n\n", "null", "🔑", "\u202e"],
        *["x" * MAX_VALUE, "é" * (MAX_VALUE // 2), "€" * 21_845 + "x", "🔑" * (MAX_VALUE // 4)],
    ],
)
def test_a_good_value_is_kept_as_it_is(text: str) -> None:
    """A value keeps every character, up to 65,536 bytes of UTF-8."""
    assert parse_value(text).reveal() == text


@pytest.mark.parametrize(
    "text",
    [
        *["", "\0", "a\0", "\ud800", "a\udfffb", "\udcff"],
        *["x" * (MAX_VALUE + 1), "é" * (MAX_VALUE // 2) + "x", "€" * 21_846],
        *["🔑" * (MAX_VALUE // 4) + "x", "x" * 1_000_000],
    ],
)
def test_any_other_value_is_refused(text: str) -> None:
    """Nothing, NUL, lone surrogates and more than 65,536 bytes raise InvalidValue."""
    with pytest.raises(InvalidValue):
        parse_value(text)


@pytest.mark.parametrize("text", [f"{CANARY}\0", f"{CANARY}\ud800", CANARY * 10_000])
def test_a_refused_value_is_not_repeated(text: str) -> None:
    """Neither the message nor a shown cause holds the value."""
    with pytest.raises(InvalidValue) as caught:
        parse_value(text)

    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_value_does_not_show_itself() -> None:
    """No way of turning a value into text gives the value."""
    value = Value(CANARY)
    shown = [repr(value), str(value), f"{value}", f"{value!r}", f"{value!s}", f"{[value]}"]
    shown += ["%s" % value, "{}".format(value), ascii(value)]  # noqa: UP031, UP032

    assert set(shown) == {"Value(hidden)", "[Value(hidden)]"}


def test_a_value_has_no_dictionary() -> None:
    """Nothing that walks an object's attributes finds the text."""
    with pytest.raises(TypeError):
        vars(Value(CANARY))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_value_cannot_be_pickled(protocol: int) -> None:
    """Every pickle protocol refuses a value."""
    with pytest.raises(TypeError, match="pickled or copied"):
        pickle.dumps(Value(CANARY), protocol)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_value_cannot_be_copied(duplicate: Callable[[Value], Value]) -> None:
    """Both kinds of copy refuse a value."""
    with pytest.raises(TypeError, match="pickled or copied"):
        duplicate(Value(CANARY))


def test_a_value_is_not_json() -> None:
    """The JSON encoder refuses a value, and its error does not hold it."""
    with pytest.raises(TypeError) as caught:
        json.dumps({"value": Value(CANARY)})

    assert CANARY not in str(caught.value)


def test_equal_values_are_not_told_apart_by_comparing() -> None:
    """Comparing is by identity: no answer says whether a guess was right."""
    assert Value(CANARY) != Value(CANARY)
    assert Value(CANARY).__eq__(CANARY) is NotImplemented
