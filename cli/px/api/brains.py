"""A project's brains over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from px.api.client import Client
from px.api.decode import Fields, fields, items, matching, number, sequence, text
from px.errors import PxError

BRAIN_HINT: Final = "`px brain list` lists the brains"
_NOT_OVER: Final = "`px brain watch RUN` waits until it ends"
_KIND = re.compile(r"step|brain")
_MAX_DEPTH: Final = 50


@dataclass(frozen=True, slots=True)
class Brain:
    """One brain of a project; `document` is as in the contract."""

    title: str
    description: str
    steps: int
    document: Fields


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a brain: its number, such as 2 or 2.1, and what it is."""

    number: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Structure:
    """The steps of a brain, with those of an inner brain below its step."""

    title: str
    description: str
    parts: tuple[Part, ...]
    document: Fields


class Brains:
    """Only reads, so it is retried."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[Brain]:
        """The brains, by title."""
        return self._client.get("/brains", lambda found: items(found, "brains", _brain))

    def show(self, title: str) -> Structure:
        with hinting(BRAIN_HINT):
            return self._client.get(f"/brains/{quote(title, safe='')}", _structure)


@contextmanager
def hinting(not_found: str) -> Iterator[None]:
    """Adds a hint to what the server does not know, or cannot do yet."""
    try:
        yield
    except PxError as error:
        if error.code == "not_found":
            error.hint = not_found
        if error.code == "conflict":
            error.hint = _NOT_OVER
        raise


def _brain(found: Fields) -> Brain:
    return Brain(text(found["title"]), _description(found), number(found["steps"]), found)


def _structure(found: Fields) -> Structure:
    parts: list[Part] = []
    _spread(found, "", 0, parts)
    return Structure(text(found["title"]), _description(found), tuple(parts), found)


def _description(found: Fields) -> str:
    described = found.get("description")
    return "" if described is None else text(described)


def _spread(found: Mapping[str, object], prefix: str, depth: int, parts: list[Part]) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError
    for position, item in enumerate(sequence(found["steps"]), start=1):
        step = fields(item)
        kind = matching(_KIND, step["type"])
        parts.append(Part(f"{prefix}{position}", kind, text(step["title"])))
        if kind == "brain":
            _spread(fields(step["innerBrain"]), f"{prefix}{position}.", depth + 1, parts)
