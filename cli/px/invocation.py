"""The flags that name the Worker and project, which px repeats in every command that it suggests.

A suggested command must lead to the same Worker and project. Settings from variables and files
still hold for the next command, so px repeats only flags.
"""

from __future__ import annotations

import re
from typing import Final

from px.errors import Usage

_COMMAND: Final = re.compile(r"(?<=`px )[a-z][^`]*|(?<=\| px )secret import -")
_SERVER: Final = ("env", "url", "local", "remote")
_ALL: Final = (*_SERVER, "project")
_TAKES: Final = {
    **dict.fromkeys(("secret", "token", "grant", "audit", "brain", "key list", "doctor"), _ALL),
    **dict.fromkeys([f"target {one}" for one in ("add", "list", "check", "sync", "remove")], _ALL),
    **dict.fromkeys(("project adopt", "project repair", "project export", "project import"), _ALL),
    **dict.fromkeys(("key rotate", "project list"), _SERVER),
    "deploy": ("env", "url"),
    "logs": ("env", "local", "remote"),
    **dict.fromkeys(("dev", "key recover", "target credential"), ("env",)),
    "spec": ("project",),  # its server is an argument
}
_given: dict[str, str] = {}


def begin() -> None:
    """Forgets the flags of an earlier command line."""
    _given.clear()


def note_environment(value: str | None) -> str | None:
    """Of --env, before or after the command; raises Usage for two that differ."""
    if value is not None and _given.setdefault("env", value) != value:
        raise Usage("--env is given twice, and names two environments")
    return value


def given_environment() -> str | None:
    """What --env said; None without it."""
    return _given.get("env")


def note_url(value: str | None) -> str | None:
    """Callback of --url; an invalid one is refused later and never repeated."""
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


def note_local(value: bool) -> bool:
    """Callback of --local."""
    return _note_flag("local", value)


def note_remote(value: bool) -> bool:
    """Callback of --remote."""
    return _note_flag("remote", value)


def _note_flag(name: str, value: bool) -> bool:
    if value:
        _given[name] = ""
    return value


def repeat(text: str) -> str:
    """The text, with the given flags added to each px command in backticks or after a pipe."""
    return _COMMAND.sub(lambda found: found[0] + _options(found[0]), text)


def _options(command: str) -> str:
    if not _given:
        return ""
    import shlex

    words = command.split()
    if "--help" in words:
        return ""
    takes = _TAKES.get(words[0]) or _TAKES.get(" ".join(words[:2]), ())
    missing = [name for name in takes if name in _given and f"--{name}" not in words]
    return "".join(
        f" --{name}" + (f" {shlex.quote(_given[name])}" if _given[name] else "") for name in missing
    )
