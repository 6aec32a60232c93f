"""The calls about brains and their runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from positronic.api import brain_models
from positronic.api.body import read_rerun, read_run
from positronic.api.routing import Call, Endpoint, Executor, Result, Route
from positronic.errors import NotFound
from positronic.roles import Role
from positronic.runs import sse
from positronic.runs.earlier_run import earlier
from positronic.runs.plan import RunPlan, rerun, retold
from positronic.runs.record import RunRecord, parse_id
from positronic.runs.run import Run

MAX_RUN_BODY: Final = 512 * 1024  # bytes, because it becomes part of the run's first event

T = TypeVar("T")


async def _list(call: Call) -> brain_models.BrainsOut:
    return brain_models.brains_out(call.session.service.brains.all())


async def _show(call: Call) -> brain_models.StructureOut:
    """Its structure, by its title."""
    return brain_models.structure_out(call.session.service.brains.find(call.segment))


async def _start(sent: brain_models.RunIn, call: Call) -> brain_models.StartedOut:
    """The answer does not wait for the run."""
    brain = call.session.service.brains.find(sent.identifier)
    plan = RunPlan(brain, sent.options or {}, sent.initial_state or {}, sent.end_after)
    return await _begin(call, plan, "brain.run")


async def _rerun(sent: brain_models.RerunIn, call: Call) -> brain_models.StartedOut:
    """A new run that reuses the steps before `startsAt`; 409 while the other run is running."""
    service = call.session.service
    record, told = await earlier(service.runtime.runs, call.session.project, parse_id(sent.run_id))
    brain = service.brains.find(record.title)
    plan = rerun(brain, record, told, sent.starts_at, sent.stops_after)
    return await _begin(call, plan, "brain.rerun")


async def _begin(call: Call, plan: RunPlan, action: str) -> brain_models.StartedOut:
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
    await session.projects().add(session.project)
    announce = partial(session.auditor().accepted, action, [plan.brain.title])
    await run.start(record, plan, session.run_resources(record), announce)
    return brain_models.StartedOut(brain_run_id=run.id)


async def _look(call: Call) -> brain_models.RunOut:
    """Its status, steps and state, with `[secret:NAME]` in place of every value."""
    event_log = _existing_run(call).event_log
    return brain_models.run_out(event_log.record, retold(event_log.events(0), folded=True))


async def _watch(call: Call) -> AsyncIterator[bytes]:
    """Its events as they happen, until its end; after `Last-Event-ID` if it is sent."""
    after = sse.last_event(call.request.headers)
    return _existing_run(call).watch(after)


def _run(call: Call) -> Run:
    if call.run is None:
        raise LookupError("the call did not reach its run")
    return call.run


def _existing_run(call: Call) -> Run:
    run = _run(call)
    if not run.event_log.is_there:
        raise NotFound("there is no run with this id")
    return run


def _new_run(
    path: str,
    endpoint: Callable[[T, Call], Awaitable[Result]],
    summary: str,
    read: Callable[[bytes], T],
    errors: tuple[int, ...],
) -> Route:
    return Route(
        *("POST", path, Role.RUNNER, endpoint, summary, 201, errors),
        read=read,
        max_body=MAX_RUN_BODY,
        executor=Executor.NEW_RUN,
    )


def _of_run(path: str, endpoint: Endpoint, summary: str) -> Route:
    return Route("GET", path, Role.RUNNER, endpoint, summary, errors=(404,), executor=Executor.RUN)


ROUTES: Final = (
    Route("GET", "/brains", Role.RUNNER, _list, "List the brains, by title."),
    Route("GET", "/brains/{identifier}", Role.RUNNER, _show, "Show a brain.", errors=(404,)),
    Route("GET", "/brains/runs", Role.RUNNER, _show, "Show the brain `runs`.", errors=(404,)),
    _new_run("/brains/runs", _start, "Run a brain.", read_run, (404,)),
    _new_run("/brains/runs/rerun", _rerun, "Run again from a step.", read_rerun, (404, 409)),
    _of_run("/brains/runs/{runId}", _look, "Show a run."),
    _of_run("/brains/runs/{runId}/watch", _watch, "Watch a run."),
)
