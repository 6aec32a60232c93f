"""Each mixture of the spellings that SECURITY.md claims is read, four deep."""

from __future__ import annotations

import html
import json
import random
import string
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, quote_plus

import pytest

from positronic.redact import Redactor
from support.redacted_forms import VALUES

CASES: Final = 10_000
DEPTH: Final = 4

ENCODERS: Final[dict[str, Callable[[str], str]]] = {
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 bare": lambda text: b64encode(text.encode()).decode().rstrip("="),
    "base64url": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64 behind": lambda text: b64encode(f"user:{text}".encode()).decode(),
    "base64 in lines": lambda text: encodebytes(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "hex with colons": lambda text: text.encode().hex(":"),
    "json": json.dumps,
    "json in utf-8": lambda text: json.dumps({"a": [text]}, ensure_ascii=False),
    "json of PHP": lambda text: json.dumps(text).replace("/", "\\/"),
    "json of Gson": lambda text: json.dumps(text).replace("=", "\\u003d").replace("&", "\\u0026"),
    "repr": repr,
    "repr in a dict": lambda text: str({"it's": text}),
    "repr of bytes": lambda text: repr(text.encode()),
    "ascii": ascii,
    "unicode_escape": lambda text: text.encode("unicode_escape").decode(),
    "url": quote,
    "url, all": lambda text: quote(text, safe=""),
    "url, lower": lambda text: "".join(
        f"%{byte:02x}" if byte not in b"abcABC123" else chr(byte) for byte in text.encode()
    ),
    "form": quote_plus,
    "html": html.escape,
    "html, no quotes": lambda text: html.escape(text, quote=False),
    "html, decimal": lambda text: "".join(
        f"&#{ord(one):03};" if one in "&<>'\"/=+" else one for one in text
    ),
    "html, hex": lambda text: "".join(
        f"&#X{ord(one):x};" if one in "&<>'\"/=+%\\" else one for one in text
    ),
    "indented": lambda text: text.replace("\n", "\n    "),
}
_SHORT: Final = {
    "PASSWORD": "Hunter-2'",
    "SPACED": "pa ss/w0+",
    "WORD": "swordfish",
    "QUOTE": "a\"b'c&d<e",
}


@pytest.mark.parametrize("seed", range(10))
def test_no_mixture_is_left(seed: int) -> None:
    """Of any value, in up to four spellings at once, nothing is left that can be read back."""
    chosen, known = random.Random(seed), _known()
    left = [case for case in (_case(chosen) for _ in range(CASES // 10)) if _left(known, *case)]

    assert [(name, how) for name, how, _ in left] == []


def _known() -> Redactor:
    known = Redactor()
    for name, value in (VALUES | _SHORT).items():
        known.add(name, value)
    return known


def _case(chosen: random.Random) -> tuple[str, list[str], str]:
    name = chosen.choice([*VALUES, *_SHORT])
    how = chosen.choices(list(ENCODERS), k=chosen.randint(1, DEPTH))
    text = (VALUES | _SHORT)[name]
    for one in how:
        text = ENCODERS[one](text)
    around = "".join(chosen.choices(string.ascii_letters + " .,\n", k=10))
    return name, how, f"{around} {text} {around}"


def _left(known: Redactor, name: str, how: list[str], text: str) -> bool:
    """More than what the encoders add around a value, or no marker at all."""
    shown = known.text(text)
    return f"[secret:{name}]" not in shown or len(shown) > 400 + 0.02 * len(text)
