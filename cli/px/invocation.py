"""What the user typed for --url and --project: each px command that px suggests repeats it.

Followed to the letter, a hint must lead to the same server and project. Settings of the environment
and of files stay as they are for the next command, so only flags are repeated.
"""

from __future__ import annotations

import re
from typing import Final

from px.errors import Usage

_COMMAND: Final = re.compile(r"`px ([a-z][^`]*)`")
_BOTH: Final = ("url", "project")
_TAKES: Final = {
    **dict.fromkeys(("secret", "token", "audit", "brain", "key list", "doctor"), _BOTH),
    **dict.fromkeys(("deploy", "key rotate"), ("url",)),
    "spec": ("project",),  # its server is an argument
}
_given: dict[str, str] = {}


def begin() -> None:
    """A new command line."""
    _given.clear()


def note_url(value: str | None) -> str | None:
    """Callback of --url: what makes no sense is refused later, and is never repeated."""
    from px.http.address import parse_address

    try:
        if value is not None:
            _given["url"] = parse_address(value).origin
    except Usage:
        _given.pop("url", None)
    return value


def note_project(value: str | None) -> str | None:
    """Callback of --project."""
    from positronic.errors import PositronicError
    from positronic.names import parse_project

    try:
        if value is not None:
            _given["project"] = str(parse_project(value))
    except PositronicError:
        _given.pop("project", None)
    return value


def repeat(text: str) -> str:
    """The text, whose px commands in backticks have the flags that were given."""
    return _COMMAND.sub(lambda found: f"`px {found[1]}{_options(found[1])}`", text)


def _options(command: str) -> str:
    if not _given:
        return ""
    import shlex

    words = command.split()
    takes = _TAKES.get(words[0]) or _TAKES.get(" ".join(words[:2]), ())
    missing = [name for name in takes if name in _given and f"--{name}" not in words]
    return "".join(f" --{name} {shlex.quote(_given[name])}" for name in missing)
