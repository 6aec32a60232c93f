"""What an endpoint is given, and what a route says of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from positronic import wire
from positronic.http import Request, Response
from positronic.roles import Role
from positronic.runs.run import Run
from positronic.service import Session


class Place(Enum):
    """Where an endpoint works: wherever the request is, or in one place for all who ask."""

    HERE = auto()
    PROJECT = auto()  # a change: after the project's other changes, one at a time
    NEW_RUN = auto()
    RUN = auto()  # the run that the address names


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been let in, and what it may work with."""

    request: Request
    session: Session
    segment: str
    query: Mapping[str, str]
    run: Run | None = field(default=None)


Endpoint = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """Who may call an endpoint, and where it works."""

    role: Role
    endpoint: Endpoint
    parameters: frozenset[str] = frozenset()
    place: Place = Place.HERE


def answer(status: int, model: wire.Model) -> Response:
    """A JSON answer."""
    return Response(status, wire.to_json(model), {"Content-Type": "application/json"})
