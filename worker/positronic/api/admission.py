"""The one HTTP face: `handle(request, service)`. Every failure ends as a coded error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from positronic.access import proof
from positronic.access.authentication import CHALLENGE, INVALID, Access, TokenRefused, require
from positronic.api import brains, models, openapi
from positronic.api.body import read_bulk, read_secret, read_token
from positronic.api.changes import Change, Work
from positronic.api.routing import (
    Call,
    ChangeRoute,
    Endpoint,
    Place,
    Route,
    answer,
    change,
    change_by,
)
from positronic.api.service import Service
from positronic.audit.events import Auditor, Origin
from positronic.errors import (
    AuditUnavailable,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PositronicError,
    Unauthenticated,
)
from positronic.http.request import (
    Request,
    Response,
    client_address,
    decode_segment,
    is_large,
    read_query,
    split_url,
)
from positronic.journal import GONE, token_key
from positronic.names import TokenName, parse_name
from positronic.ports import Journal
from positronic.roles import Principal, Role
from positronic.runs.record import parse_id as parse_run_id
from positronic.runs.run import Run
from positronic.secrets.vault import Entry
from positronic.traceback_summary import whereabouts

MAX_LIST: Final = 1000
DEFAULT_LIST: Final = 100  # of what costs a read for each item

_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def handle(request: Request, service: Service) -> Response:
    """Answer one request. Never raises; `internal` says the request id and nothing else."""
    origin = Origin(service.runtime.random(8).hex(), client_address(request.headers))
    try:
        response = await _answer(request, service, origin)
    except PositronicError as error:
        response = _refuse(error)
    except Exception as error:  # noqa: BLE001 - the one place that catches all
        service.runtime.report(f"request {origin.request_id}: {whereabouts(error)}")
        response = answer(500, _internal(origin.request_id))
    response.headers.update(_HEADERS)
    settings = service.settings
    response.headers.update(
        proof.answer_headers(request.headers, settings.root_token_sha256, settings.local_origin)
    )
    # A change that ran elsewhere has its own id, which its audit event bears.
    response.headers.setdefault("X-Request-Id", origin.request_id)
    return response


async def _answer(request: Request, service: Service, origin: Origin) -> Response:
    url = split_url(request.url)
    if url.path in _OPEN:
        return _open(url.path, request.method, service)
    route, segment = _find(request.method, url.path)
    query = read_query(url.query, route.parameters)
    access = service.access()
    principal = await _authenticate(request, service, access, origin)
    require(principal, route.role)
    project = access.project(principal, request.headers.get("x-positronic-project"))
    call = Call(request, service.session(project, principal, origin), segment, query)
    if isinstance(route, ChangeRoute):
        again = partial(_authenticate, request, service, access, origin)
        asked = Change(
            partial(_prepare, route, call, again), route.takes_body and is_large(request)
        )
        return await service.runtime.one_at_a_time(project, asked)
    match route.place:
        case Place.HERE:
            return await route.endpoint(call)
        case place:
            run_id = None if place is Place.NEW_RUN else parse_run_id(segment)
            return await service.runtime.runs.at(
                project, run_id, partial(_at, route.endpoint, call)
            )


async def _prepare(
    route: ChangeRoute, call: Call, again: Callable[[], Awaitable[Principal]]
) -> Work:
    return partial(_change, await route.prepare(call), call, again)


async def _change(
    endpoint: Endpoint, call: Call, again: Callable[[], Awaitable[Principal]], journal: Journal
) -> Response:
    # The body and the changes before this one took time: the token may be gone by now.
    principal = await again()
    if journal.last(token_key(principal.id)) == GONE:  # which a store may still show
        raise Unauthenticated(INVALID, headers=CHALLENGE)
    await call.session.service.storage.projects().add(call.session.project)
    return await endpoint(replace(call, session=replace(call.session, journal=journal)))


async def _at(endpoint: Endpoint, call: Call, run: Run) -> Response:
    service = call.session.service
    with suppress(AuditUnavailable):  # tried again later; what was read is known
        await run.settle(service.run_auditor)
    return await endpoint(replace(call, run=run))


async def _authenticate(
    request: Request, service: Service, access: Access, origin: Origin
) -> Principal:
    try:
        return await access.authenticate(request.headers.get("authorization"))
    except TokenRefused as refusal:
        principal = refusal.principal
        if principal.project and service.refusals.is_news(principal.id):
            auditor = service.session(principal.project, principal, origin).auditor()
            # In the background: the answer's time must not tell a known id from an unknown one.
            service.runtime.in_background(_note_refusal(service, auditor, origin))
        raise


async def _note_refusal(service: Service, auditor: Auditor, origin: Origin) -> None:
    try:
        await auditor.refused()
    except Exception as error:  # noqa: BLE001 - nobody waits for this who could be told
        service.runtime.report(f"request {origin.request_id}: {whereabouts(error)}")


def _open(path: str, method: str, service: Service) -> Response:
    """What needs no token."""
    if method != "GET":
        raise _not_allowed(["GET"])
    return _OPEN[path](service)


def _status(service: Service) -> Response:
    service.check()
    return answer(200, models.StatusOut(ready=True))


def _openapi(_: Service) -> Response:
    return Response(200, openapi.DOCUMENT, {"Content-Type": "application/json"})


async def _create(sent: Entry, call: Call) -> Response:
    name, value = sent
    info = await call.session.vault().create(name, value)
    return answer(201, models.secret_out(info))


async def _list(call: Call) -> Response:
    page = await call.session.vault().list(call.query.get("cursor"), _limit(call, MAX_LIST))
    return answer(200, models.secrets_out(page))


async def _exists(call: Call) -> Response:
    found = await call.session.vault().exists(parse_name(call.segment))
    return answer(200, models.ExistsOut(exists=found))


async def _delete(call: Call) -> Response:
    await call.session.vault().delete(_addressed(call, "name"))
    return Response(204)


async def _bulk(sent: Sequence[Entry], call: Call) -> Response:
    result = await call.session.vault().bulk(sent)
    return answer(201, models.BulkOut(created=result.created, updated=result.updated))


async def _audit(call: Call) -> Response:
    page = await call.session.audit_log().list(call.query.get("cursor"), _limit(call, DEFAULT_LIST))
    return answer(200, models.events_out(page, call.session.verify))


async def _issue_token(sent: tuple[TokenName, Role, int | None], call: Call) -> Response:
    name, role, expires_in = sent
    token, record = await call.session.issuer().issue(name, role, expires_in)
    return answer(201, models.issued_out(token, record))


async def _list_tokens(call: Call) -> Response:
    page = await call.session.issuer().list(call.query.get("cursor"), _limit(call, DEFAULT_LIST))
    return answer(200, models.tokens_out(page))


async def _revoke_token(call: Call) -> Response:
    await call.session.issuer().revoke(_addressed(call, "id"))
    return Response(204)


def _addressed(call: Call, parameter: str) -> str:
    """What the path names, unless the query does: no path can carry `..`, or nothing at all."""
    return call.query.get(parameter, call.segment)


async def _list_keys(call: Call) -> Response:
    census = await call.session.rotation().census()
    pending = bool(call.session.service.settings.next_master_key)
    return answer(200, models.keys_out(census, call.session.keyring, pending=pending))


async def _rotate(call: Call) -> Response:
    return answer(200, models.step_out(await call.session.rotation().step()))


async def _list_projects(call: Call) -> Response:
    registry = call.session.service.storage.projects()
    page = await registry.list(call.query.get("cursor"), _limit(call, MAX_LIST))
    return answer(200, models.projects_out(page))


_OPEN: Final = {"/status": _status, "/openapi.json": _openapi}
_PAGING: Final = frozenset({"limit", "cursor"})
_DELETE: Final = change(Role.WRITER, _delete, frozenset({"name"}))

# `*` stands for one segment. `bulk` is a secret's name too, so it can be deleted.
ROUTES: Final[Mapping[str, Mapping[str, Route | ChangeRoute]]] = {
    "/secrets": {
        "GET": Route(Role.READER, _list, _PAGING),
        "POST": change_by(Role.WRITER, read_secret, _create),
    },
    "/secrets/bulk": {"POST": change_by(Role.WRITER, read_bulk, _bulk), "DELETE": _DELETE},
    "/secrets/*": {"DELETE": _DELETE},
    "/secrets/*/exists": {"GET": Route(Role.READER, _exists)},
    "/audit": {"GET": Route(Role.READER, _audit, _PAGING)},
    "/tokens": {
        "GET": Route(Role.ADMIN, _list_tokens, _PAGING),
        "POST": change_by(Role.ADMIN, read_token, _issue_token),
    },
    "/tokens/*": {"DELETE": change(Role.ADMIN, _revoke_token, frozenset({"id"}))},
    "/keys": {"GET": Route(Role.ADMIN, _list_keys)},
    "/keys/rotate": {"POST": change(Role.ADMIN, _rotate)},
    "/projects": {"GET": Route(Role.ROOT, _list_projects, _PAGING)},
    **brains.ROUTES,
}


def _find(method: str, path: str) -> tuple[Route | ChangeRoute, str]:
    """The route, and the decoded segment that stood for `*` (or the last one that could)."""
    methods, segment = _methods(path)
    if methods is None:
        raise NotFound("there is nothing at this address")
    if method not in methods:
        raise _not_allowed(methods)
    return methods[method], decode_segment(segment)


def _methods(path: str) -> tuple[Mapping[str, Route | ChangeRoute] | None, str]:
    segments = path.split("/", 6)
    found, segment = ROUTES.get(path), segments[2] if len(segments) > 2 else ""
    for place in (2, 3):
        if found is None and len(segments) > place and segments[place]:
            segment = segments[place]
            found = ROUTES.get("/".join([*segments[:place], "*", *segments[place + 1 :]]))
    return found, segment


def _not_allowed(methods: Iterable[str]) -> MethodNotAllowed:
    allowed = ", ".join(methods)
    return MethodNotAllowed(f"use {allowed} here", headers={"Allow": allowed})


def _limit(call: Call, default: int) -> int:
    text = call.query.get("limit", str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_LIST):
        raise InvalidRequest(f"`limit` is a number from 1 to {MAX_LIST}")
    return int(text)


def _refuse(error: PositronicError) -> Response:
    response = answer(error.status, models.error_out(error))
    response.headers.update(error.headers)
    return response


def _internal(request_id: str) -> models.ErrorOut:
    return models.ErrorOut(error=f"internal error, request {request_id}", code="internal")
