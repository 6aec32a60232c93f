"""A server's answers about brains and their runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from px.api.decode import TIME, Fields, fields, items, matching, number, sequence

RUN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_KIND = re.compile(r"step|brain")
_STATUS = re.compile(r"running|complete|error|interrupted")
_STEP_STATUS = re.compile(r"[a-z][a-z_]{0,40}")
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


@dataclass(frozen=True, slots=True)
class Run:
    """The current state of one run; `document` is as in the contract."""

    id: str
    brain: str
    status: str
    created_at: str
    completed_at: str | None
    error: str
    where: str
    steps: tuple[tuple[str, str], ...]
    state: Fields
    document: Fields


def brains(found: Fields) -> list[Brain]:
    return items(found, "brains", _brain)


def structure(found: Fields) -> Structure:
    parts: list[Part] = []
    _spread(found, "", 0, parts)
    return Structure(text(found["title"]), _description(found), tuple(parts), found)


def run_id(found: Fields) -> str:
    return matching(RUN_ID, found["brainRunId"])


def run(found: Fields) -> Run:
    completed = found.get("completedAt")
    return Run(
        run_id(found),
        text(found["brainTitle"]),
        matching(_STATUS, found["status"]),
        matching(TIME, found["createdAt"]),
        None if completed is None else matching(TIME, completed),
        error_sentence(found.get("error")),
        error_place(found.get("error")),
        tuple(items(found, "steps", _step)),
        fields(found["state"]),
        found,
    )


def text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found


def error_sentence(found: object) -> str:
    """An event's or run's error as `<name>: <message>`; empty if there is none."""
    if found is None:
        return ""
    error = fields(found)
    return ": ".join(part for part in (text(error["name"]), text(error["message"])) if part)


def error_place(found: object) -> str:
    """The line of the brain's own code that failed; empty if the server does not tell."""
    where = None if found is None else fields(found).get("where")
    return "" if where is None else text(where)


def _brain(found: Fields) -> Brain:
    return Brain(text(found["title"]), _description(found), number(found["steps"]), found)


def _description(found: Fields) -> str:
    described = found.get("description")
    return "" if described is None else text(described)


def _step(found: Fields) -> tuple[str, str]:
    return text(found["title"]), matching(_STEP_STATUS, found["status"])


def _spread(found: Mapping[str, object], prefix: str, depth: int, parts: list[Part]) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError
    for place, item in enumerate(sequence(found["steps"]), start=1):
        step = fields(item)
        kind = matching(_KIND, step["type"])
        parts.append(Part(f"{prefix}{place}", kind, text(step["title"])))
        if kind == "brain":
            _spread(fields(step["innerBrain"]), f"{prefix}{place}.", depth + 1, parts)
