"""What sources at providers share: an address of theirs, and items that bear a provider's name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from px.errors import Detail, PxError, Refused
from px.files.assignments import Assignment, Item, LeftOut, Reading
from px.terminal import printable

DEEPER: Final = "is in a deeper folder: left out"


class ProviderPath(NamedTuple):
    """`folder`: all that is right below; else it is one secret. `path`: without the last slash."""

    path: str
    is_folder: bool


def place_of(text: str) -> ProviderPath:
    """What ends in a slash is a folder."""
    return ProviderPath(text.rstrip("/"), text.endswith("/"))


def assignment(name: str, value: object, origin: str) -> Item:
    """A secret of ours with a value of theirs; `origin`: where it was, for people."""
    if isinstance(value, str):
        return Assignment(None, name, value, origin=origin)
    return Detail("invalid_value", "has a value that is not a text", name=origin)


def reading(items: Iterable[Item | LeftOut], label: str, nothing: PxError) -> Reading:
    """Raises `nothing` when no secret is there at all."""
    found = list(items)
    if all(isinstance(item, LeftOut) for item in found):
        names = [item.name for item in found if isinstance(item, LeftOut)]
        raise _only_left_out(nothing, names) if names else nothing
    return Reading(found, printable(label), "the import")


def _only_left_out(nothing: PxError, names: list[str]) -> PxError:
    left = [Detail("left_out", "was left out", name=name) for name in names]
    return Refused(nothing.message, code=nothing.code, hint=nothing.hint, details=left)
