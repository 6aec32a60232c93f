"""Who reads over a service binding: what its props say, which the reader's code cannot change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from positronic.errors import PositronicError
from positronic.names import App, Name, Project, parse_app, parse_name, parse_project

T = TypeVar("T")

KEYS: Final = frozenset(("project", "as", "read"))


@dataclass(frozen=True, slots=True)
class Props:
    """`narrow`: the names that may be read, of those that are granted; None: all of them."""

    project: Project
    app: App
    narrow: tuple[Name, ...] | None


class WrongProps(Exception):
    """Why nobody can read with these props; and whom and what project they name, if they do."""

    def __init__(self, reason: str, project: Project | None, app: App | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.project = project
        self.app = app


def read_props(text: str) -> Props:
    """From JSON. Raises WrongProps, also for a key that is unknown: it may be a mistyped `read`."""
    fields = _fields(text)
    project = _parsed(parse_project, fields.get("project"))
    app = _parsed(parse_app, fields.get("as"))
    narrow = _names(fields["read"]) if "read" in fields else None
    if not fields:
        reason = "the binding has no props; they name a `project` and an app, `as`"
    elif project is None:
        reason = "`project` in the props of the binding is not the name of a project"
    elif app is None:
        reason = "`as` in the props of the binding is not the name of an app"
    elif fields.keys() - KEYS:
        reason = "the props of the binding may only have `project`, `as` and `read`"
    elif "read" in fields and narrow is None:
        reason = "`read` in the props of the binding is not a list of names of secrets"
    else:
        return Props(project, app, narrow)
    raise WrongProps(reason, project, app)


def _fields(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _parsed(parse: Callable[[str], T], found: object) -> T | None:
    try:
        return parse(found) if isinstance(found, str) else None
    except PositronicError:
        return None


def _names(found: object) -> tuple[Name, ...] | None:
    names = [_parsed(parse_name, one) for one in found] if isinstance(found, list) else [None]
    return None if None in names else tuple(name for name in names if name is not None)
