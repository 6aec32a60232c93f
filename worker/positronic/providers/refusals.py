"""Sentences that several targets have in common."""

from __future__ import annotations

from positronic.errors import TargetRefused
from positronic.names import Name, Value
from positronic.ports import Target


def must_fit(target: Target, name: Name, value: Value) -> None:
    """Raises TargetRefused, before anything is sent."""
    refusal = target.refusal(name, value)
    if refusal is not None:
        raise TargetRefused(refusal)


def foreign(provider: str, at: str) -> TargetRefused:
    return TargetRefused(
        f"{provider} has a {at} that is not a copy of this target's: remove it there, or choose "
        "another prefix or name"
    )


def unfit_value(provider: str, name: Name, value: Value | None, longest: int) -> str | None:
    """`longest` in bytes of UTF-8."""
    if value is None:
        return None
    if "\0" in value.reveal():
        return f"the value of {name} has a NUL character, which {provider} does not take"
    size = len(value.reveal().encode())
    if size <= longest:
        return None
    return f"the value of {name} has {size:,} bytes, and {provider} takes at most {longest:,}"
