"""Limits the nodes of a JSON document, without parsing it."""

from __future__ import annotations

import re
from typing import Final

from positronic.errors import TooLarge

MAX_NODES: Final = 300_000  # of one body; each takes up to a hundred bytes once parsed

# An unterminated string extends to the end of the body, so that each character is read once.
_TEXTS: Final = re.compile(rb'"(?:[^"\\]+|\\.)*+"?', re.DOTALL)


def check_nodes(body: bytes) -> None:
    """Raises TooLarge. What is inside strings is not counted."""
    if _count(body) > MAX_NODES and _count(_TEXTS.sub(b"", body)) > MAX_NODES:
        raise TooLarge(f"the body has more than {MAX_NODES:,} JSON values")


def _count(body: bytes) -> int:
    return sum(map(body.count, (b",", b"{", b"[")))
