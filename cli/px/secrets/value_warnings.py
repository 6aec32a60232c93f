"""Values so short or common that redaction would also replace ordinary text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from px.api.secrets import Entry
from px.files import doubtful

SHORTEST: Final = 6  # characters; redaction does not look for shorter values inside other text
_SHOWN: Final = 5  # names in one warning
_WORD: Final = r"([a-z]{1,14}|[A-Z]{1,14}|[A-Z][a-z]{1,13}|\d{1,3})"
_COMMON: Final = re.compile(
    rf"{_WORD}([-_. @/:]{_WORD}){{0,2}}"  # production, us-east-1, example.com
    r"|[A-Za-z][a-z]{2,11}\d{1,4}"  # password123
    r"|\d{1,10}|[\d.:/+-]{1,16}"  # a number, a date, an address
    r"|https?://(localhost|127\.0\.0\.1|example\.\w+)(:\d+)?/?"
    r"|(?P<one>.)(?P=one)*",  # one character, repeated
    re.DOTALL,
)
# A tab and line ends are text; a colour code of a terminal begins with ESC.
_UNSEEN: Final = re.compile(rf"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{doubtful.UNSEEN}]")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'", re.DOTALL)


def weak(entries: Iterable[Entry]) -> list[str]:
    """One warning that names all of them; none if there are none."""
    names = [name for name, value in entries if is_weak(value.reveal())]
    if not names:
        return []
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return [
        f"{', '.join(names[:_SHOWN])}{more}: a value this short or common may also be plain text "
        "in a run's state, and would be redacted there"
    ]


def is_weak(value: str) -> bool:
    """Whether it is too short for redaction inside text, or a plain word or number."""
    return len(value) < SHORTEST or (len(value) <= 64 and _COMMON.fullmatch(value) is not None)


def of_one(name: str, value: str) -> list[str]:
    """The warning about a value that was given alone, which is stored unchanged."""
    words = doubtful.one_value(value) or _kept(name, value)
    return [f"the value of {name} {words}"] if words else []


def _kept(name: str, value: str) -> str:
    """What another program may have added to the value; line ends are handled elsewhere."""
    inner = value.strip("\r\n")
    if _UNSEEN.search(value):
        return "contains a control or invisible character, which is kept"
    if inner != inner.strip():
        return "begins or ends with white space, which is kept"
    if _QUOTED.fullmatch(inner):
        return "is in quotes, which are kept"
    if inner.startswith(f"{name}="):
        return f"begins with {name}=, which is kept"
    return ""
