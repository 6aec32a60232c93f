"""A request to a host with ledgers: the ledger looks who asks, in the block of what they ask for.

No answer leaves, and no body but a small one is read, before the ledger has looked.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

from positronic.api.ledger_session import LedgerSession
from positronic.api.routing import Call, Executor, Route
from positronic.api.service import Service
from positronic.audit.events import Origin
from positronic.commands.command import TokenShown
from positronic.errors import AuditUnavailable, Forbidden, PositronicError
from positronic.http.request import Request, Response, idempotency_key, is_large
from positronic.roles import Principal, Role
from positronic.runs.record import parse_id as parse_run_id
from positronic.runs.run import Run


async def answer(
    request: Request,
    service: Service,
    route: Route,
    segment: str,
    query: dict[str, str],
    origin: Origin,
) -> Response:
    access, role = service.access(), route.role or Role.ROOT
    shown = access.shown(request.headers.get("authorization"))
    requested = request.headers.get("x-positronic-project")
    caller: Principal | TokenShown
    if isinstance(shown, Principal):
        caller, project = shown, access.project(shown, requested)
    else:
        caller, project = TokenShown(shown.id, shown.hash), shown.project
    session = LedgerSession(service, project, caller, role, origin)
    if requested not in (None, project):
        await session.ask.check()
        raise Forbidden("this token opens another project")
    call = Call(request, session, segment, query, session.ask.check)
    try:
        response = await _execute(route, call, session, isinstance(caller, Principal))
    except PositronicError:
        if not session.ask.has_asked:
            await session.ask.check()
        raise
    if not session.ask.has_asked:
        await session.ask.check()
    return response


async def _execute(route: Route, call: Call, session: LedgerSession, is_root: bool) -> Response:
    if route.executor in (Executor.NEW_RUN, Executor.RUN):
        await session.ask.check()
        run_id = None if route.executor is Executor.NEW_RUN else parse_run_id(call.segment)
        work = partial(_at_run, route, call, session)
        return await session.service.runtime.runs.at(session.project, run_id, work)
    if route.read is None or not is_large(call.request):
        return await _respond(route, call, session, is_root)
    await session.ask.check()
    with session.service.large_bodies.seat(session.project):
        return await _respond(route, call, session, is_root)


async def _respond(route: Route, call: Call, session: LedgerSession, is_root: bool) -> Response:
    if route.is_repeatable:
        session.ask.key = idempotency_key(call.request.headers)
    endpoint = await route.prepare(call)
    if route.executor is Executor.PROJECT_WRITER and is_root:
        # Before its first commit, so that no ledger is lost sight of. A token's project is there.
        await session.projects().add(session.project)
    return route.respond(await endpoint(call))


async def _at_run(route: Route, call: Call, session: LedgerSession, run: Run) -> Response:
    with suppress(AuditUnavailable):  # tried again later; what was read is known
        await run.settle(session.service.run_auditor)
    endpoint = await route.prepare(call)
    if route.read is not None:
        await session.ask.check()  # reading took time: the token may be revoked by now
    return route.respond(await endpoint(replace(call, run=run)))
