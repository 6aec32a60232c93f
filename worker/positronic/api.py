"""The one HTTP face: `handle(request, service)`. Every failure ends as a coded error."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from positronic import wire
from positronic.access import Principal, Role, require
from positronic.body import read_bulk, read_secret
from positronic.errors import InvalidRequest, MethodNotAllowed, NotFound, PositronicError
from positronic.http import Request, Response, decode_segment, read_body, read_query, split_url
from positronic.names import Project, parse_name
from positronic.service import Service
from positronic.vault import Vault

MAX_LIST: Final = 1000
DEFAULT_AUDIT: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been let in: by whom, for which project, with which parameters."""

    request: Request
    service: Service
    request_id: str
    principal: Principal
    project: Project
    segment: str
    query: Mapping[str, str]


Endpoint = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    role: Role
    endpoint: Endpoint
    parameters: frozenset[str] = frozenset()


async def handle(request: Request, service: Service) -> Response:
    """Answer one request. Never raises; `internal` says the request id and nothing else."""
    request_id = service.random(8).hex()
    try:
        response = await _answer(request, service, request_id)
    except PositronicError as error:
        response = _refuse(error)
    except Exception as error:  # noqa: BLE001 - the one place that catches all
        service.report(f"request {request_id}: {_where(error)}")
        response = _json(500, _internal(request_id))
    response.headers.update(
        {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": request_id,
        }
    )
    return response


async def _answer(request: Request, service: Service, request_id: str) -> Response:
    url = split_url(request.url)
    if url.path == "/status":
        return _status(request, service)
    route, segment = _find(request.method, url.path)
    access = service.access()
    principal = access.authenticate(request.headers.get("authorization"))
    require(principal, route.role)
    project = access.project(principal, request.headers.get("x-positronic-project"))
    query = read_query(url.query, route.parameters)
    return await route.endpoint(
        Call(request, service, request_id, principal, project, segment, query)
    )


def _status(request: Request, service: Service) -> Response:
    if request.method != "GET":
        raise _not_allowed(["GET"])
    service.check()
    return _json(200, wire.StatusOut(ready=True))


async def _create(call: Call) -> Response:
    name, value = read_secret(await read_body(call.request))
    info = await _vault(call).create(name, value)
    return _json(201, wire.secret_out(info))


async def _list(call: Call) -> Response:
    page = await _vault(call).list(call.query.get("cursor"), _limit(call, MAX_LIST))
    return _json(200, wire.secrets_out(page))


async def _exists(call: Call) -> Response:
    found = await _vault(call).exists(parse_name(call.segment))
    return _json(200, wire.ExistsOut(exists=found))


async def _delete(call: Call) -> Response:
    await _vault(call).delete(parse_name(call.segment))
    return Response(204)


async def _bulk(call: Call) -> Response:
    entries = read_bulk(await read_body(call.request))
    result = await _vault(call).bulk(entries)
    return _json(201, wire.BulkOut(created=result.created, updated=result.updated))


async def _audit(call: Call) -> Response:
    log = call.service.audit_log(call.project)
    page = await log.list(call.query.get("cursor"), _limit(call, DEFAULT_AUDIT))
    return _json(200, wire.events_out(page))


_PAGING: Final = frozenset({"limit", "cursor"})
_DELETE: Final = Route(Role.WRITER, _delete)

# `*` stands for one segment. `bulk` is a secret's name too, so it can be deleted.
ROUTES: Final[Mapping[str, Mapping[str, Route]]] = {
    "/secrets": {
        "GET": Route(Role.READER, _list, _PAGING),
        "POST": Route(Role.WRITER, _create),
    },
    "/secrets/bulk": {"POST": Route(Role.WRITER, _bulk), "DELETE": _DELETE},
    "/secrets/*": {"DELETE": _DELETE},
    "/secrets/*/exists": {"GET": Route(Role.READER, _exists)},
    "/audit": {"GET": Route(Role.READER, _audit, _PAGING)},
}


def _find(method: str, path: str) -> tuple[Route, str]:
    """The route, and the decoded segment that stood for `*` (or the last one)."""
    segments = path.split("/")
    segment = segments[2] if len(segments) > 2 else ""
    methods = ROUTES.get(path)
    if methods is None and segment:
        methods = ROUTES.get("/".join([*segments[:2], "*", *segments[3:]]))
    if methods is None:
        raise NotFound("there is nothing at this address")
    if method not in methods:
        raise _not_allowed(methods)
    return methods[method], decode_segment(segment)


def _not_allowed(methods: Iterable[str]) -> MethodNotAllowed:
    allowed = ", ".join(methods)
    return MethodNotAllowed(f"use {allowed} here", headers={"Allow": allowed})


def _limit(call: Call, default: int) -> int:
    text = call.query.get("limit", str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_LIST):
        raise InvalidRequest(f"`limit` is a number from 1 to {MAX_LIST}")
    return int(text)


def _vault(call: Call) -> Vault:
    return call.service.vault(call.project, call.principal, call.request_id)


def _json(status: int, model: wire.Model) -> Response:
    return Response(status, wire.to_json(model), {"Content-Type": "application/json"})


def _refuse(error: PositronicError) -> Response:
    response = _json(error.status, wire.error_out(error))
    response.headers.update(error.headers)
    return response


def _internal(request_id: str) -> wire.ErrorOut:
    return wire.ErrorOut(error=f"internal error, request {request_id}", code="internal")


def _where(error: Exception) -> str:
    """The error's type and places in the code; its message may hold what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} at {places}"
