"""Redactor: no spelling of a value stays, and nothing else is touched."""

from __future__ import annotations

import copy
import json
import pickle
import re
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from positronic.redact import Redactor, marker
from positronic.redact.spellings import Spelling

LETTERS: Final = st.characters(codec="utf-8", exclude_characters="\0")
VALUES: Final = st.text(LETTERS, min_size=6, max_size=40)
CONTEXTS: Final = st.text(LETTERS, max_size=20)
# Values that lie on themselves, hold markers, or need every kind of escape.
AWKWARD: Final = st.text("ab\"'\\/+ %\n[]é€", min_size=6, max_size=12)

SPELLINGS: Final[dict[str, Callable[[str], str]]] = {
    "as it is": str,
    "json": lambda text: json.dumps(text)[1:-1],
    "json in utf-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json in json": lambda text: json.dumps(json.dumps(text))[3:-3],
    "repr": lambda text: repr(text)[1:-1],
    "repr among quotes": lambda text: repr(text + "'\"")[1:-4],
    "repr of bytes": lambda text: repr(text.encode())[2:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "json of a repr": lambda text: json.dumps(repr(text)[1:-1])[1:-1],
    "quote": quote,
    "quote all": lambda text: quote(text, safe=""),
    "quote plus": quote_plus,
    "quote in lower case": lambda text: re.sub(
        "%[0-9A-F]{2}", lambda match: match[0].lower(), quote(text, safe="")
    ),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 bare": lambda text: b64encode(text.encode()).decode().rstrip("="),
    "base64url": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64url bare": lambda text: urlsafe_b64encode(text.encode()).decode().rstrip("="),
}


def knowing(**values: str) -> Redactor:
    redactor = Redactor()
    for name, value in values.items():
        redactor.add(name, value)
    return redactor


@settings(deadline=None)
@given(data=st.data(), value=VALUES | AWKWARD)
def test_some_letters_escaped(data: st.DataObject, value: str) -> None:
    """Whichever letters of a value a library escapes, as JSON or for a URL, it is found."""
    chosen = data.draw(st.lists(st.booleans(), min_size=len(value), max_size=len(value)))
    pairs = list(zip(value, chosen, strict=True))
    escaped = "".join(json_escape(letter) if some else letter for letter, some in pairs)
    quoted = "".join(percent_escape(letter) if some else letter for letter, some in pairs)
    redactor = knowing(KEY=value)

    assume("~" not in value)
    # A backslash and what follows it is an escape only where it was meant so.
    if "\\" not in value:
        assert redactor.text(f"%7e\\n~{escaped}~\\n%7e") == "%7e\\n~[secret:KEY]~\\n%7e"
    if "%" not in value:
        assert redactor.text(f"%7e\\n~{quoted}~\\n%7e") == "%7e\\n~[secret:KEY]~\\n%7e"


READ_THROUGH: Final = {
    "a form without escapes": ("two words only", "?key=two+words+only", "?key=[secret:KEY]"),
    "a lone surrogate before": ("abcdef", r"\ud800\u0061bcdef", r"\ud800[secret:KEY]"),
    "a lone surrogate after": ("abcdef", r"\u0061bcdef\ud800", r"[secret:KEY]\ud800"),
    "a line end among escapes": ("a\nbcdef", r"\u0061\nbcdef", "[secret:KEY]"),
    "a letter of two units": ("\U0001f600abcdef", r"\uD83D\uDE00abcde\u0066", "[secret:KEY]"),
    "bytes that are no UTF-8": ("abcdef", "%ff%61bcdef%fe", "%ff[secret:KEY]%fe"),
    "an escape of an escape": ("abcdef", "%41%2561bcde%2566%41", "%41[secret:KEY]%41"),
    "short lines in a group": ("abc\ndef\nghi", "  | abc\n  | def\n  | ghi", "  | [secret:KEY]"),
    "short lines indented": ("abc\ndef\nghi", "abc\n    def\n    ghi!", "[secret:KEY]!"),
}


@pytest.mark.parametrize("case", READ_THROUGH)
def test_what_is_read_through(case: str) -> None:
    """The value goes, and only the value."""
    value, text, expected = READ_THROUGH[case]

    assert knowing(KEY=value).text(text) == expected


def json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be").hex().upper()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def percent_escape(letter: str) -> str:
    return "".join(f"%{byte:02x}" for byte in letter.encode())


@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(deadline=None)
@given(value=VALUES | AWKWARD, before=CONTEXTS, after=CONTEXTS)
@example(value="pw%401", before="", after="")
@example(value="000%00", before="", after="")
def test_no_spelling_stays(spelling: str, value: str, before: str, after: str) -> None:
    """A value goes in every spelling, wherever it stands, and its marker takes the place."""
    spelt = SPELLINGS[spelling](value)
    redactor = knowing(KEY=value)
    found = redactor.text(f"{before} {spelt} {after}")

    assert spelt not in found.replace(marker("KEY"), "\0")
    assert marker("KEY") in found
    assert redactor.text(found) == found


@settings(deadline=None)
@given(
    value=VALUES,
    before=st.binary(max_size=7),
    after=st.binary(max_size=7),
    encode=st.sampled_from([b64encode, urlsafe_b64encode]),
)
def test_base64_of_more_than_the_value(
    value: str, before: bytes, after: bytes, encode: Callable[[bytes], bytes]
) -> None:
    """Encoded with what stands around it, a value goes with every letter that holds a bit of it."""
    secret = value.encode()
    whole = before + secret + after
    encoded = encode(whole).decode()
    found = knowing(KEY=value).text(f"Basic {encoded}")
    start, end = len(before) * 8 // 6, -(-(len(before) + len(secret)) * 8 // 6)

    left, right = found.partition(marker("KEY"))[0], found.rpartition(marker("KEY"))[2]
    # More can go: a value that nearly repeats itself is nearly there a second time.
    assert f"Basic {encoded[:start]}".startswith(left)
    assert encoded[end:].endswith(right)
    assert "Basic" in left


@settings(deadline=None)
@given(
    text=st.text("xyz /%\\", max_size=60), values=st.lists(st.text("abc", min_size=6), max_size=3)
)
def test_other_text_is_left_alone(text: str, values: list[str]) -> None:
    """Text that holds no value comes back as it was."""
    redactor = knowing(**{f"KEY_{number}": value for number, value in enumerate(values)})

    assert redactor.text(text) == text


@settings(deadline=None)
@given(
    first=AWKWARD | st.text("ab", min_size=6, max_size=9),
    second=AWKWARD | st.text("ab", min_size=6, max_size=9),
    text=st.text("ab\"'\\/[]secrt:FIRSTond", max_size=80),
)
def test_values_that_meet(first: str, second: str, text: str) -> None:
    """Values that overlap, lie in one another or look like markers leave no half behind."""
    redactor = knowing(FIRST=first, SECOND=second)
    found = redactor.text(f"{text}{first}{second[3:]}{text}{second}{first}")
    bare = found.replace(marker("FIRST"), "\0").replace(marker("SECOND"), "\0")

    assert first not in bare
    assert second not in bare
    assert redactor.text(found) == found


@st.composite
def overlapping(draw: st.DrawFn) -> tuple[str, str]:
    """A value of few letters, and a text of pieces of it."""
    value = draw(st.text("ab", min_size=6, max_size=9))
    places = st.integers(0, len(value))
    pieces = draw(st.lists(st.tuples(places, places), min_size=2, max_size=12))
    return value, value + "".join(value[start:end] for start, end in pieces)


@settings(deadline=None)
@given(overlapping())
@example(("abaababa", "abaababaabab" + "abaababaababa"))
@example(("abaababa", "abaabab" + "abaababa"))
def test_every_letter_of_every_occurrence_goes(given_two: tuple[str, str]) -> None:
    """What stays is exactly what belongs to no occurrence, however they overlap."""
    value, text = given_two
    starts = [place for place in range(len(text)) if text.startswith(value, place)]
    covered = {place + offset for place in starts for offset in range(len(value))}
    stays = "".join(letter for place, letter in enumerate(text) if place not in covered)

    assert knowing(KEY=value).text(text).replace(marker("KEY"), "") == stays


def test_a_value_in_another_goes_under_the_longer_name() -> None:
    """Where a value holds a second one, the marker names the longer."""
    redactor = knowing(PART="abcdef", WHOLE="xxabcdefxx")

    assert redactor.text("1 xxabcdefxx 2 abcdef") == "1 [secret:WHOLE] 2 [secret:PART]"


def test_overlapping_values_become_one_marker() -> None:
    """The tail of one that is the head of another leaves neither half."""
    assert knowing(A="abcdefgh", B="efghijkl").text("-abcdefghijkl-") == "-[secret:A]-"


def test_two_names_with_one_value_show_the_first() -> None:
    """The name that was read first stands in the marker, before and after the second is read."""
    redactor = knowing(FIRST="the same value", SECOND="the same value")

    assert redactor.text("the same value") == "[secret:FIRST]"
    assert redactor.names == ("FIRST", "SECOND")


@pytest.mark.parametrize("value", ["[secret:KEY]", "[secret:OTHER]", "secret:", "KEY]]]", "[[[[[["])
def test_a_value_that_looks_like_a_marker(value: str) -> None:
    """It ends, and what was redacted stays the same when it is redacted again."""
    redactor = knowing(KEY=value, OTHER="another value")
    once = redactor.text(f"{value} another value {value}")

    assert redactor.text(once) == once


def test_a_value_that_comes_about_again_takes_the_text_with_it() -> None:
    """Where markers make a value anew without end, the whole text goes."""
    redactor = knowing(KEY="Y]aaaaa")

    assert redactor.text("Y]aaaaa" + "a" * 500) == "[secret:KEY]"


def test_a_short_value_goes_where_it_is_the_whole_text() -> None:
    """Under 6 characters, it is left inside other text, which it may not have made."""
    redactor = knowing(PIN="1234")

    assert redactor.text("1234") == "[secret:PIN]"
    assert redactor.text("x1234") == "x1234"
    assert redactor.document({"1234": ["1234", 1234, "12345"]}) == {
        "[secret:PIN]": ["[secret:PIN]", 1234, "12345"]
    }
    assert redactor.whole_only == ("PIN",)


def test_a_long_number_is_text_too() -> None:
    """A value of digits is found in a number, which becomes text; other numbers stay numbers."""
    redactor = knowing(ACCOUNT="4711081500")

    assert redactor.document({"a": 4711081500, "b": 47110815, "c": True, "d": 1.25}) == {
        "a": "[secret:ACCOUNT]",
        "b": 47110815,
        "c": True,
        "d": 1.25,
    }


def test_keys_that_become_the_same_are_numbered() -> None:
    """No entry is lost, and one that was called so all along keeps its name."""
    redactor = knowing(A="value one", B="value one!")
    found = redactor.document(
        {"value one": 1, "dmFsdWUgb25l": 2, "[secret:A]#2": 3, "76616c7565206f6e65": 4}
    )

    assert found == {"[secret:A]": 1, "[secret:A]#3": 2, "[secret:A]#2": 3, "[secret:A]#4": 4}
    assert redactor.document(found) == found


PEM: Final = (
    "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIB\n-----END KEY-----"
)


@pytest.mark.parametrize("before", ["", "    ", "  | ", "    |     ", "\t"])
def test_a_value_of_several_lines_goes_line_by_line(before: str) -> None:
    """Indented, or as a traceback of an exception group shows it, no long line of it stays."""
    shown = "\n".join(before + line for line in f"ValueError: {PEM} (twice)".split("\n"))
    found = knowing(PEM=PEM).text(shown)

    assert not [line for line in PEM.split("\n") if line in found]


@pytest.mark.parametrize("before", range(30, 57))
def test_a_line_of_base64_that_ends_within_a_value(before: int) -> None:
    """A short value within longer bytes that are wrapped, as MIME does it."""
    value = "k-ey_51Habcdef/ghi+jkl"
    wrapped = encodebytes(b"u" * before + value.encode() + b"w" * 60).decode()
    found = knowing(KEY=value).text(wrapped)
    first, last = -(-before * 8 // 6), (before + len(value)) * 8 // 6

    assert "[secret:KEY]" in found
    assert wrapped.replace("\n", "")[first:last][2:-2] not in found.replace("\n", "")


def test_wrapped_base64_goes_line_by_line() -> None:
    """As MIME wraps it at 76 characters."""
    value = "".join(chr(33 + number % 90) for number in range(300))
    wrapped = encodebytes(value.encode()).decode()
    found = knowing(KEY=value).text(f"key:\n{wrapped}")

    assert not [line for line in wrapped.split("\n") if line and line in found]


def test_a_form_with_a_value() -> None:
    """What urlencode makes of a value is found."""
    value = "p@ss word&more=ä/+%"

    assert knowing(KEY=value).text(urlencode({"a": value, "b": 1})) == "a=[secret:KEY]&b=1"


@pytest.mark.parametrize("before", ["%", "\\", "\\x", "\\u", "&#"])
@pytest.mark.parametrize("value", ["000000", "zzAbc123", "\u00e9t\u00e9-2026"])
@pytest.mark.parametrize("spell", ["hex", "base64"])
def test_what_makes_an_escape_of_a_spelling_hides_nothing(
    before: str, value: str, spell: str
) -> None:
    """`%7a`, `\\x7a` and `\\303` are escapes, and here the first digits of a value in hex."""
    spelt = SPELLINGS[spell](value)

    assert spelt not in knowing(KEY=value).text(f"100{before}{spelt} of it")


DOCUMENTS: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | CONTEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CONTEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    document=DOCUMENTS,
    value=VALUES,
    spell=st.sampled_from(sorted(SPELLINGS)),
    before=CONTEXTS,
    other=CONTEXTS,
)
def test_documents(document: object, value: str, spell: str, before: str, other: str) -> None:
    """Keys and texts are redacted one by one, the rest stays, and twice is as good as once."""
    redactor = knowing(KEY=value)
    spelt = SPELLINGS[spell](value)
    found: Any = redactor.document([document, {before + spelt: {other: [spelt, 1]}}])
    text = json.dumps(found[1], ensure_ascii=False)

    assert spelt not in text.replace(marker("KEY"), "\0")
    assert marker("KEY") in text
    assert redactor.document(found) == found


@settings(deadline=None)
@given(DOCUMENTS)
def test_a_document_without_values_is_itself(document: object) -> None:
    """Nothing is copied, nothing is changed."""
    assert knowing(KEY="no such value anywhere").document(document) is document


def test_a_nul_in_a_text_does_not_mix_texts_up() -> None:
    """NUL stands between texts inside, and in them too."""
    redactor = knowing(KEY="a value")

    assert redactor.document(["x\0", "a value", "\0a value\0"]) == [
        "x\0",
        "[secret:KEY]",
        "\0[secret:KEY]\0",
    ]


def test_a_value_does_not_reach_over_two_texts() -> None:
    """The end of one text and the start of the next are no value."""
    assert knowing(KEY="abcdef").document(["abc", "def"]) == ["abc", "def"]


@pytest.mark.parametrize("make", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_redactor_does_not_travel(make: Callable[[Redactor], object]) -> None:
    """It holds values: it shows names, and is neither pickled nor copied."""
    redactor = knowing(KEY="some value")

    assert repr(redactor) == "Redactor(KEY)"
    with pytest.raises(TypeError, match="cannot be pickled"):
        make(redactor)


ADVERSARIAL: Final = {
    "one letter": ("a" * 1000, "a"),
    "all but one letter": ("a" * 999 + "b", "a"),
    "two letters": ("ab" * 500, "ab"),
    "nearly periodic": ("ab" * 250 + "c" + "ab" * 250, "ab"),
    "Fibonacci": ("abaababaabaababaababa" * 40, "abaab"),
    "one that ends like it starts": ("abc" + "x" * 500 + "abc", "abc"),
    "never there": ("a" * 999 + "b", "b"),
}


class Searched(bytes):
    """Text that counts the letters which are looked at in it."""

    letters = 0

    def find(self, needle: bytes, start: int = 0) -> int:  # type: ignore[override]
        place = super().find(needle, start)
        self.letters += len(needle)
        self.letters += (len(self) if place < 0 else place) - start
        return place

    def startswith(self, unit: bytes, start: int = 0) -> bool:  # type: ignore[override]
        self.letters += len(unit)
        return super().startswith(unit, start)


@pytest.mark.parametrize("case", ADVERSARIAL)
@pytest.mark.parametrize("size", [10_000, 200_000])
def test_work_is_linear_in_the_text(case: str, size: int) -> None:
    """However a value and a text repeat themselves, each letter is looked at a few times only."""
    value, unit = ADVERSARIAL[case]
    text = Searched((unit * (size // len(unit)) + value + unit).encode())
    found = list(Spelling(value.encode()).spans(text))

    assert found
    assert text.letters < 5 * len(text)


@pytest.mark.parametrize("before", ["%", " %", "%25", "\\u", "\\x"])
@pytest.mark.parametrize("value", ["\x17@0000", "sk-live-abcdefgh12345678"])
def test_base64_that_starts_like_an_escape(before: str, value: str) -> None:
    """`%F0` is no byte of a value whose base64 starts with `F0`, and `%c2` none of `c2st`."""
    spelt = b64encode(value.encode()).decode()

    assert knowing(KEY=value).text(before + spelt) == before + marker("KEY")


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("B/!!B1!!1=$B.B.=", "B2-AzB2-AzB2-AzB2-AzB2-AzB2-AzB2ZCX7_Cb8"),
        ("Z7AC2xcCZzXZ7AC2xc_a=$", "C2xcCZzXZ7AC2xcCZzXZ7AC2xcCZzXZ7AC2xcCZzXZ7AC2xc_cbba3b"),
        ("", "k3YqP7wTz2Rb9LmX4cVn-k3YqP7w"),
    ],
)
def test_a_value_that_repeats_itself_is_found_whole(before: str, value: str) -> None:
    """Its pieces fit at several of its places, and cover it with gaps."""
    known = Redactor()
    known.add("A", value)
    shown = known.text(f"{before}{value}, then {value}{value}.")
    assert shown.endswith("[secret:A], then [secret:A][secret:A].")
    assert not any(value[place : place + 6] in shown for place in range(len(value) - 5))
