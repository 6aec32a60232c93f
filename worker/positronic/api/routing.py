"""What an endpoint is given, and what a route says of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Final, TypeVar

from positronic.api import models
from positronic.api.service import Session
from positronic.errors import InvalidRequest
from positronic.http.request import Request, Response, read_body
from positronic.names import MAX_BODY
from positronic.roles import Principal, Role
from positronic.runs.run import Run


class Place(Enum):
    """Where an endpoint works: wherever the request is, or in one place for all who ask."""

    HERE = auto()
    NEW_RUN = auto()
    RUN = auto()  # the run that the address names


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been let in, and what it may work with.

    `again` looks at its token once more, after what took time.
    """

    request: Request
    session: Session
    segment: str
    query: Mapping[str, str]
    again: Callable[[], Awaitable[Principal]]
    run: Run | None = field(default=None)

    async def body(self, limit: int = MAX_BODY) -> bytes:
        """What was sent, within the host's time. Raises what is wrong with it."""
        return await read_body(self.request, limit, self.session.service.runtime.body_seconds)


Endpoint = Callable[[Call], Awaitable[Response]]
Prepare = Callable[[Call], Awaitable[Endpoint]]
T = TypeVar("T")

MAX_LIST: Final = 1000
DEFAULT_LIST: Final = 100  # of what costs a read for each item
PAGING: Final = frozenset({"limit", "cursor"})


@dataclass(frozen=True, slots=True)
class Route:
    """Who may call an endpoint, and where it works."""

    role: Role
    endpoint: Endpoint
    parameters: frozenset[str] = frozenset()
    place: Place = Place.HERE


@dataclass(frozen=True, slots=True)
class ChangeRoute:
    """Who may make a change. It is made after the project's other changes, one at a time.

    `prepare` comes before that: it reads and checks what was sent, if anything is to be sent.
    """

    role: Role
    prepare: Prepare
    takes_body: bool
    parameters: frozenset[str] = frozenset()


AnyRoute = Route | ChangeRoute
Routes = Mapping[str, Mapping[str, AnyRoute]]


def change(role: Role, endpoint: Endpoint, parameters: frozenset[str] = frozenset()) -> ChangeRoute:
    """A change that needs no body: it waits for nobody's."""

    async def prepare(_: Call) -> Endpoint:
        return endpoint

    return ChangeRoute(role, prepare, takes_body=False, parameters=parameters)


def change_by(
    role: Role, read: Callable[[bytes], T], endpoint: Callable[[T, Call], Awaitable[Response]]
) -> ChangeRoute:
    """A change that `read` takes out of the body."""

    async def prepare(call: Call) -> Endpoint:
        return partial(endpoint, read(await call.body()))

    return ChangeRoute(role, prepare, takes_body=True)


def answer(status: int, model: models.Model) -> Response:
    """A JSON answer."""
    return Response(status, models.to_json(model), {"Content-Type": "application/json"})


def page_size(call: Call, default: int = MAX_LIST) -> int:
    """How many items a page has at most. Raises InvalidRequest."""
    text = call.query.get("limit", str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_LIST):
        raise InvalidRequest(f"`limit` is a number from 1 to {MAX_LIST}")
    return int(text)


def required(call: Call, parameter: str) -> str:
    """A query parameter that must be there, whatever its text. Raises InvalidRequest."""
    if parameter not in call.query:
        raise InvalidRequest(f"`{parameter}` is missing in the query")
    return call.query[parameter]
