"""Changes assignments in a dotenv text, and no other byte."""

from __future__ import annotations

import io
from collections.abc import Mapping

from dotenv.parser import parse_stream


def assign(text: str, settings: Mapping[str, str]) -> str:
    """The text with these assignments instead of the old ones, or at its end; values unescaped."""
    parts, seen = [], set()
    # newline="": keeps a carriage return inside a quoted value.
    for one in parse_stream(io.StringIO(text, newline="")):
        original = one.original.string
        if one.key is not None and one.key in settings:
            seen.add(one.key)
            original = _replaced(original, f"{one.key}={settings[one.key]}")
        parts.append(original)
    left = [f"{name}={value}\n" for name, value in settings.items() if name not in seen]
    body = "".join(parts)
    gap = "\n" if left and body and not body.endswith("\n") else ""
    return body + gap + "".join(left)


def _replaced(original: str, line: str) -> str:
    """Keeps the empty lines before it and the line end."""
    before = original[: len(original) - len(original.lstrip())]
    end = original[len(original.rstrip("\r\n")) :]
    return before + line + end
