"""A question before a command changes something."""

from __future__ import annotations


def ask(question: str, otherwise: str, *, yes: bool = False) -> None:
    """Raises Refused or Interrupted, with `otherwise`, unless the answer is yes."""
    if yes:
        return
    import sys

    from px import terminal
    from px.errors import Interrupted, Refused

    if not terminal.is_terminal(sys.stdin):
        raise Refused(
            f"there is no terminal to confirm on; {otherwise}",
            code="not_confirmed",
            hint="use --yes",
        )
    try:
        agreed = terminal.confirm(question)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {otherwise}") from None
    if not agreed:
        raise Refused(otherwise, code="not_confirmed")
