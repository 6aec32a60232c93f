"""The calls about brains and their runs."""

from __future__ import annotations

from functools import partial
from typing import Final

from positronic.api import brain_models
from positronic.api.body import read_rerun, read_run
from positronic.api.routing import Call, Place, Route, answer
from positronic.errors import NotFound
from positronic.http.request import Response
from positronic.roles import Role
from positronic.runs import sse
from positronic.runs.earlier import earlier
from positronic.runs.plan import Plan, rerun, retold
from positronic.runs.record import RunRecord, parse_id
from positronic.runs.run import Run

MAX_RUN_BODY: Final = 512 * 1024  # bytes; what is sent stands in the run's first event

_NO_RUN: Final = "there is no run with this id"


async def _list(call: Call) -> Response:
    return answer(200, brain_models.brains_out(call.session.service.brains.all()))


async def _show(call: Call) -> Response:
    return answer(200, brain_models.structure_out(call.session.service.brains.find(call.segment)))


async def _start(call: Call) -> Response:
    sent = read_run(await _body(call))
    brain = call.session.service.brains.find(sent.identifier)
    plan = Plan(brain, sent.options or {}, sent.initial_state or {}, sent.end_after)
    return await _begin(call, plan, "brain.run")


async def _rerun(call: Call) -> Response:
    sent = read_rerun(await _body(call))
    service = call.session.service
    record, told = await earlier(service.runtime.runs, call.session.project, parse_id(sent.run_id))
    brain = service.brains.find(record.title)
    plan = rerun(brain, record, told, sent.starts_at, sent.stops_after)
    return await _begin(call, plan, "brain.rerun")


async def _body(call: Call) -> bytes:
    body = await call.body(MAX_RUN_BODY)
    await call.again()  # it took time: the token may be gone by now
    return body


async def _begin(call: Call, plan: Plan, action: str) -> Response:
    run, session = _run(call), call.session
    record = RunRecord(
        session.project,
        run.id,
        plan.brain.title,
        session.service.runtime.clock(),
        session.origin.request_id,
        session.origin.address,
        starts_at=plan.starts_at,
        rerun_of=plan.rerun_of,
    )
    await session.service.storage.projects().add(session.project)
    announce = partial(session.auditor().accepted, action, [plan.brain.title])
    await run.start(record, plan, session.means(), announce)
    return answer(201, brain_models.StartedOut(brain_run_id=run.id))


async def _look(call: Call) -> Response:
    keeper = _run(call).keeper
    if not keeper.is_there:
        raise NotFound(_NO_RUN)
    told = retold(keeper.events(0), folded=True)
    return answer(200, brain_models.run_out(keeper.record, told))


async def _watch(call: Call) -> Response:
    run = _run(call)
    after = sse.last_event(call.request.headers)
    if not run.keeper.is_there:
        raise NotFound(_NO_RUN)
    return Response(200, headers={"Content-Type": sse.MEDIA_TYPE}, stream=run.watch(after))


def _run(call: Call) -> Run:
    if call.run is None:
        raise LookupError("the call was not brought to its run")
    return call.run


_SHOW: Final = Route(Role.WRITER, _show)

# `runs` is a brain's title too, so it can be shown.
ROUTES: Final = {
    "/brains": {"GET": Route(Role.WRITER, _list)},
    "/brains/*": {"GET": _SHOW},
    "/brains/runs": {"GET": _SHOW, "POST": Route(Role.WRITER, _start, place=Place.NEW_RUN)},
    "/brains/runs/rerun": {"POST": Route(Role.WRITER, _rerun, place=Place.NEW_RUN)},
    "/brains/runs/*": {"GET": Route(Role.WRITER, _look, place=Place.RUN)},
    "/brains/runs/*/watch": {"GET": Route(Role.WRITER, _watch, place=Place.RUN)},
}
