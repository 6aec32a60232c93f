"""What was printed, without values."""

from __future__ import annotations

from positronic.redact.redactor import Redactor


def printed_lines(redactor: Redactor, text: str) -> str:
    """Like a message, and a short value is also taken out where it is a whole line."""
    found = redactor.message(text)
    if not redactor.whole_only:
        return found
    return "\n".join(map(redactor.message, found.split("\n")))
