"""`handle(request, service)`: the only way in. Every failure becomes an error with a code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from positronic.access import proof
from positronic.access.authentication import CHALLENGE, INVALID, Access, TokenRefused, require
from positronic.api import ledger_admission, models
from positronic.api.changes import Change, Work
from positronic.api.routes import find
from positronic.api.routing import Call, Executor, Route, json_response
from positronic.api.service import Service, Session
from positronic.audit.events import Auditor, Origin
from positronic.errors import AuditUnavailable, PositronicError, Unauthenticated
from positronic.http.request import (
    Request,
    Response,
    client_address,
    is_large,
    read_query,
    split_url,
)
from positronic.journal import GONE, token_key
from positronic.ports import Journal
from positronic.roles import Principal
from positronic.runs.record import parse_id as parse_run_id
from positronic.runs.run import Run
from positronic.traceback_summary import summary_of

Again = Callable[[], Awaitable[Principal]]

_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def handle(request: Request, service: Service) -> Response:
    """Answer one request. Never raises; an `internal` error contains only the request id."""
    origin = Origin(service.runtime.random(8).hex(), client_address(request.headers))
    try:
        response = await _answer(request, service, origin)
    except PositronicError as error:
        response = _refuse(error)
    except Exception as error:  # noqa: BLE001 - the one place that catches all
        service.runtime.report(f"request {origin.request_id}: {summary_of(error)}")
        response = _internal(origin.request_id)
    response.headers.update(_HEADERS)
    settings = service.settings
    response.headers.update(
        proof.answer_headers(request.headers, settings.root_token_sha256, settings.local_origin)
    )
    # A change that ran in another object has an id of its own, which is in its audit event.
    response.headers.setdefault("X-Request-Id", origin.request_id)
    return response


async def _answer(request: Request, service: Service, origin: Origin) -> Response:
    url = split_url(request.url)
    route, segment = find(request.method, url.path)
    if route.role is None:
        return route.respond(await route.endpoint(service))
    query = read_query(url.query, frozenset(one.name for one in route.query))
    if service.runtime.send:
        return await ledger_admission.answer(request, service, route, segment, query, origin)
    access = service.access()
    principal = await _authenticate(request, service, access, origin)
    require(principal, route.role)
    project = access.project(principal, request.headers.get("x-positronic-project"))
    again = partial(_authenticate, request, service, access, origin)
    session = service.session(project, principal, origin)
    call = Call(request, session, segment, query, again)
    return await _execute(route, call, session, again)


async def _execute(route: Route, call: Call, session: Session, again: Again) -> Response:
    runtime, project = session.service.runtime, session.project
    match route.executor:
        case Executor.RECEIVER:
            return route.respond(await route.endpoint(call))
        case Executor.PROJECT_WRITER:
            is_large_body = route.read is not None and is_large(call.request)
            change = Change(partial(_prepare, route, call, session, again), is_large_body)
            return await runtime.one_at_a_time(project, change)
        case executor:
            run_id = None if executor is Executor.NEW_RUN else parse_run_id(call.segment)
            return await runtime.runs.at(project, run_id, partial(_at_run, route, call))


async def _prepare(route: Route, call: Call, session: Session, again: Again) -> Work:
    endpoint = await route.prepare(call)

    async def change(journal: Journal) -> Response:
        await _still_valid(again, journal)
        await session.projects().add(session.project)
        journaled = replace(call, session=replace(session, journal=journal))
        return route.respond(await endpoint(journaled))

    return change


async def _still_valid(again: Again, journal: Journal) -> None:
    # The body and the changes before this one took time: the token may be revoked by now.
    principal = await again()
    if journal.last(token_key(principal.id)) == GONE:  # which a store may still show
        raise Unauthenticated(INVALID, headers=CHALLENGE)


async def _at_run(route: Route, call: Call, run: Run) -> Response:
    service = call.session.service
    with suppress(AuditUnavailable):  # tried again later; what was read is known
        await run.settle(service.run_auditor)
    endpoint = await route.prepare(call)
    if route.read is not None:
        await call.again()  # reading took time: the token may be revoked by now
    return route.respond(await endpoint(replace(call, run=run)))


async def _authenticate(
    request: Request, service: Service, access: Access, origin: Origin
) -> Principal:
    try:
        return await access.authenticate(request.headers.get("authorization"))
    except TokenRefused as refusal:
        principal = refusal.principal
        if principal.project and service.audit_throttle.allows(principal.id):
            auditor = service.session(principal.project, principal, origin).auditor()
            # In the background, so that the response time does not reveal whether an id is known.
            service.runtime.in_background(_note_refusal(service, auditor, origin))
        raise


async def _note_refusal(service: Service, auditor: Auditor, origin: Origin) -> None:
    try:
        await auditor.refused()
    except Exception as error:  # noqa: BLE001 - nobody waits for this who could be told
        service.runtime.report(f"request {origin.request_id}: {summary_of(error)}")


def _refuse(error: PositronicError) -> Response:
    response = json_response(error.status, models.to_json(models.error_out(error)))
    response.headers.update(error.headers)
    return response


def _internal(request_id: str) -> Response:
    error = models.ErrorOut(error=f"internal error, request {request_id}", code="internal")
    return json_response(500, models.to_json(error))
