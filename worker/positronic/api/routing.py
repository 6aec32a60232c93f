"""Route: a call described once. OpenAPI, the docs and the role matrix are made from it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from positronic.api import models
from positronic.api.session import Session
from positronic.errors import InvalidRequest
from positronic.http.request import Request, Response, if_version, read_body, split_url
from positronic.names import MAX_BODY
from positronic.roles import Role
from positronic.runs.run import Run
from positronic.runs.sse import MEDIA_TYPE

MAX_LIST: Final = 1000
DEFAULT_LIST: Final = 100  # of what costs a read for each item


class Executor(Enum):
    """What executes a call: the process that received it, or the one owner of what it changes."""

    RECEIVER = auto()
    LEDGER = auto()  # the project's ledger
    NEW_RUN = auto()
    RUN = auto()  # the run that the path names


class Query(NamedTuple):
    """A query parameter; `schema` is JSON Schema."""

    name: str
    schema: Mapping[str, object]
    required: bool = False


PAGING: Final = (
    Query("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIST}),
    Query("cursor", {"type": "string", "description": "The `cursor` of the previous page."}),
)


class Call(NamedTuple):
    """An admitted request, and what it may use."""

    request: Request
    session: Session
    segment: str
    query: Mapping[str, str]
    run: Run | None = field(default=None)

    def page(self, size: int = MAX_LIST) -> tuple[str | None, int]:
        """The cursor and the most items of a list's page. Raises InvalidRequest."""
        limit = self.number("limit", MAX_LIST) if "limit" in self.query else size
        return self.query.get("cursor"), limit

    def number(self, parameter: str, most: int, least: int = 1) -> int:
        """A query parameter that is a number. Raises InvalidRequest."""
        text = self.required(parameter)
        is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        if not (is_number and least <= int(text) <= most):
            raise InvalidRequest(f"`{parameter}` must be a number from {least} to {most}")
        return int(text)

    @property
    def last_segment(self) -> str:
        """Of the path, as it was sent."""
        return split_url(self.request.url).path.rpartition("/")[2]

    def flag(self, parameter: str) -> bool:
        """Whether a query parameter is `true`; it may be missing. Raises InvalidRequest."""
        text = self.query.get(parameter, "false")
        if text not in ("true", "false"):
            raise InvalidRequest(f"`{parameter}` must be true or false")
        return text == "true"

    def if_version(self, sent: int | None) -> int | None:
        """The version that a change may replace, from its body or its headers. InvalidRequest."""
        expected = if_version(self.request.headers)
        if None not in (sent, expected) and sent != expected:
            raise InvalidRequest("`ifVersion` and If-Match or If-None-Match say different things")
        return expected if sent is None else sent

    def required(self, parameter: str) -> str:
        """A query parameter, whatever its text. Raises InvalidRequest if it is missing."""
        if parameter not in self.query:
            raise InvalidRequest(f"the query parameter `{parameter}` is missing")
        return self.query[parameter]


# JSON, JSON that is already encoded (`Annotated` with its model), server-sent events, or no body.
Result = models.Model | bytes | AsyncIterable[bytes] | None
Endpoint = Callable[[Call], Awaitable[Result]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Route:
    """One call. The signature of `endpoint` says what it returns, that of `read` what it takes;
    the docstring of `endpoint` adds to the summary.

    `{name}` in `path` is one segment. Without a `role` it is open to anyone, and its endpoint gets
    the Service; else it gets the Call, after what `read` makes of the body. `errors`: statuses
    besides those of every call. `is_repeatable`: it is made once, however often it is sent under
    one Idempotency-Key. `is_conditional`: it takes If-Match and If-None-Match.
    """

    method: str
    path: str
    role: Role | None
    endpoint: Callable[..., Awaitable[Result]]
    summary: str
    status: int = 200
    errors: tuple[int, ...] = ()
    query: tuple[Query, ...] = ()
    read: Callable[[bytes], Any] | None = None
    max_body: int = MAX_BODY
    executor: Executor = Executor.RECEIVER
    is_repeatable: bool = False
    is_conditional: bool = False

    async def prepare(self, call: Call) -> Endpoint:
        """The endpoint with its body, read and checked within the host's time limit."""
        if self.read is None:
            return self.endpoint
        seconds = call.session.service.runtime.body_seconds
        body = await read_body(call.request, self.max_body, seconds)
        return partial(self.endpoint, self.read(body))

    def respond(self, result: Result) -> Response:
        match result:
            case None:
                return Response(self.status)
            case bytes():
                return json_response(self.status, result)
            case models.Model():
                return json_response(self.status, models.to_json(result))
            case _:
                return Response(self.status, headers={"Content-Type": MEDIA_TYPE}, stream=result)


def create(
    path: str,
    role: Role,
    endpoint: Callable[[T, Call], Awaitable[Result]],
    summary: str,
    read: Callable[[bytes], T],
    errors: tuple[int, ...] = (),
    *,
    is_repeatable: bool = True,
    is_conditional: bool = False,
) -> Route:
    """POST of what `read` makes of the body: a change of a project's ledger."""
    route = Route("POST", path, role, endpoint, summary, 201, errors, read=read)
    return replace(
        route,
        executor=Executor.LEDGER,
        is_repeatable=is_repeatable,
        is_conditional=is_conditional,
    )


def delete(
    path: str,
    role: Role,
    endpoint: Endpoint,
    summary: str,
    query: tuple[Query, ...] = (),
    errors: tuple[int, ...] = (404,),
    *,
    is_conditional: bool = False,
) -> Route:
    """DELETE: a change of a project's ledger."""
    route = Route("DELETE", path, role, endpoint, summary, 204, errors, query)
    return replace(
        route, executor=Executor.LEDGER, is_repeatable=True, is_conditional=is_conditional
    )


def json_response(status: int, body: bytes) -> Response:
    return Response(status, body, {"Content-Type": "application/json"})
