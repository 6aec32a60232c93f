"""`crossings.mjs`: JavaScript that does in one call what Python would call in several steps."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from workers import import_from_javascript

_SCRIPT: Final = "positronic/cloudflare/crossings.mjs"


@cache
def crossings() -> Any:
    """Inside a request, since no JavaScript is imported at the top level."""
    return import_from_javascript(_SCRIPT)
