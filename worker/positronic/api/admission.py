"""`handle(request, service)`: the only way in. Every failure becomes an error with a code.

The ledger checks the caller in the same block as the command; a call that sends no command asks
for that check alone. No answer leaves, and no large body is read, before the ledger has checked.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Final

from positronic.access import proof
from positronic.access.authentication import CHALLENGE, INVALID, NobodyHere
from positronic.api import models
from positronic.api.routes import find
from positronic.api.routing import Call, Executor, Route, json_response
from positronic.api.service import Service
from positronic.api.session import Session
from positronic.audit.events import Origin
from positronic.commands.command import TokenShown
from positronic.errors import (
    AuditUnavailable,
    Forbidden,
    InvalidRequest,
    PositronicError,
    Unauthenticated,
)
from positronic.http.request import (
    Request,
    Response,
    client_address,
    idempotency_key,
    is_large,
    read_query,
    split_url,
)
from positronic.roles import Principal, Role
from positronic.runs.record import parse_id as parse_run_id
from positronic.runs.run import Run
from positronic.traceback_summary import summary_of

_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def handle(request: Request, service: Service) -> Response:
    """Answer one request. Never raises; an `internal` error contains only the request id."""
    origin = Origin(service.runtime.random(8).hex(), client_address(request.headers))
    try:
        response = await _answer(request, service, origin)
    except PositronicError as error:
        if isinstance(error, NobodyHere):
            service.unknown_projects.add(error.project, service.runtime.clock())
        response = _refuse(error)
    except Exception as error:  # noqa: BLE001 - the one place that catches all
        service.runtime.report(f"request {origin.request_id}: {summary_of(error)}")
        response = _internal(origin.request_id)
    response.headers.update(_HEADERS)
    settings = service.settings
    response.headers.update(
        proof.answer_headers(request.headers, settings.root_token_sha256, settings.local_origin)
    )
    # A call that ran in its run's object has an id of its own, which is in its audit event.
    response.headers.setdefault("X-Request-Id", origin.request_id)
    return response


async def _answer(request: Request, service: Service, origin: Origin) -> Response:
    url = split_url(request.url)
    route, segment = find(request.method, url.path)
    if route.role is None:
        return route.respond(await route.endpoint(service))
    query = read_query(url.query, frozenset(one.name for one in route.query))
    session = await _session(request, service, route.role, origin)
    call = Call(request, session, segment, query)
    try:
        response = await _execute(route, call)
    except PositronicError:
        if not session.ask.has_asked:
            await session.ask.check()
        raise
    if not session.ask.has_asked:
        await session.ask.check()
    return response


async def _session(request: Request, service: Service, role: Role, origin: Origin) -> Session:
    """In the project that the caller asks for. Raises Unauthenticated, InvalidName, Forbidden."""
    access = service.access()
    shown = access.shown(request.headers.get("authorization"))
    requested = request.headers.get("x-positronic-project")
    if isinstance(shown, Principal):
        return Session(service, access.project(requested), shown, role, origin)
    if service.unknown_projects.has(shown.project, service.runtime.clock()):
        raise Unauthenticated(INVALID, headers=CHALLENGE)
    session = Session(service, shown.project, TokenShown(shown.id, shown.hash), role, origin)
    if requested not in (None, shown.project):
        await session.ask.check()
        raise Forbidden("this token belongs to another project")
    return session


async def _execute(route: Route, call: Call) -> Response:
    session = call.session
    if route.executor in (Executor.NEW_RUN, Executor.RUN):
        await session.ask.check()
        run_id = None if route.executor is Executor.NEW_RUN else parse_run_id(call.segment)
        work = partial(_at_run, route, call)
        return await session.service.runtime.runs.at(session.project, run_id, work)
    if route.read is None or not is_large(call.request):
        return await _respond(route, call)
    if not session.is_root:  # the entry itself knows root, also before an import fills the ledger
        await session.ask.check()
    with session.service.large_bodies.seat(session.project):
        return await _respond(route, call)


async def _respond(route: Route, call: Call) -> Response:
    if route.executor is Executor.LEDGER and not route.is_conditional:
        _refuse_condition(call.request)
    if route.is_repeatable:
        call.session.ask.key = idempotency_key(call.request.headers)
    endpoint = await route.prepare(call)
    if route.executor is Executor.LEDGER and call.session.is_root:
        await call.session.enter()
    return route.respond(await endpoint(call))


def _refuse_condition(request: Request) -> None:
    """Rather than a change whose condition nobody looked at. Raises InvalidRequest."""
    if not request.headers.keys().isdisjoint(("if-match", "if-none-match")):
        raise InvalidRequest("this call takes no If-Match and no If-None-Match")


async def _at_run(route: Route, call: Call, run: Run) -> Response:
    with suppress(AuditUnavailable):  # tried again later; what was read is known
        await run.settle(call.session.service.run_recorder)
    endpoint = await route.prepare(call)
    if route.read is not None:
        await call.session.ask.check()  # reading took time: the token may be revoked by now
    if route.executor is Executor.NEW_RUN and call.session.is_root:
        await call.session.enter()
    return route.respond(await endpoint(call._replace(run=run)))


def _refuse(error: PositronicError) -> Response:
    response = json_response(error.status, models.to_json(models.error_out(error)))
    response.headers.update(error.headers)
    return response


def _internal(request_id: str) -> Response:
    error = models.ErrorOut(error=f"internal error, request {request_id}", code="internal")
    return json_response(500, models.to_json(error))
