"""`crossings.mjs`: JavaScript that does in one call what Python would call in several steps."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from workers import import_from_javascript

from positronic.script_names import script_name

_SCRIPT: Final = script_name("positronic/cloudflare/crossings.mjs")


class _Functions:
    """Each is looked up once, since that takes as long as several calls."""

    def __init__(self, script: Any) -> None:
        self._script = script

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._script, name)
        setattr(self, name, found)
        return found


@cache
def crossings() -> Any:
    """Inside a request, since no JavaScript is imported at the top level."""
    return _Functions(import_from_javascript(_SCRIPT))


async def carry_out(env: Any, *asked: str) -> str:
    """`Reach`, with these bindings."""
    return text_of(await crossings().carryOut(env, *asked))


def text_of(found: Any) -> str:
    """A text from JavaScript, which gives a long one as bytes."""
    return found if isinstance(found, str) else str(found.to_bytes().decode())
