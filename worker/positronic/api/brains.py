"""The calls about brains and their runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from positronic.api import brain_models
from positronic.api.body import read_rerun, read_run
from positronic.api.routing import (
    DEFAULT_LIST,
    PAGING,
    Call,
    Endpoint,
    Executor,
    Query,
    Result,
    Route,
)
from positronic.errors import InvalidRequest, NotFound
from positronic.roles import Role
from positronic.run_statuses import STATUSES
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
    return await _begin(call, plan, "brain.run", sent.time_limit)


async def _rerun(sent: brain_models.RerunIn, call: Call) -> brain_models.StartedOut:
    """A new run that reuses the steps before `startsAt`; 409 while the other run is running."""
    service = call.session.service
    record, told = await earlier(service.runtime.runs, call.session.project, parse_id(sent.run_id))
    brain = service.brains.find(record.title)
    plan = rerun(brain, record, told, sent.starts_at, sent.stops_after)
    return await _begin(call, plan, "brain.rerun", sent.time_limit)


async def _begin(
    call: Call, plan: RunPlan, action: str, time_limit: int | None
) -> brain_models.StartedOut:
    run, session = _run(call), call.session
    limits = (time_limit, plan.brain.time_limit, session.service.run_limits().time)
    record = RunRecord(
        session.project,
        run.id,
        plan.brain.title,
        session.service.runtime.clock(),
        session.origin.request_id,
        session.origin.address,
        starts_at=plan.starts_at,
        rerun_of=plan.rerun_of,
        time_limit=min(limit for limit in limits if limit is not None),
    )
    await session.projects().add(session.project)
    announce = partial(session.auditor().announce, action, **_indexed(record))
    await run.start(record, plan, session.run_resources(record), announce)
    return brain_models.StartedOut(brain_run_id=run.id)


def _indexed(record: RunRecord) -> dict[str, object]:
    """What the project's index of runs has of it."""
    return {
        "run": record.id,
        "title": record.title,
        "at": record.created_at,
        "timeLimit": record.time_limit,
        "startsAt": record.starts_at,
        "rerunOf": record.rerun_of,
    }


async def _list_runs(call: Call) -> brain_models.RunsOut:
    """Newest first. With filters, a page can be empty and still not be the last."""
    status = call.query.get("status")
    if status not in (None, *STATUSES):
        raise InvalidRequest(f"`status` must be one of {', '.join(STATUSES)}")
    page = call.page(DEFAULT_LIST)
    found = await call.session.runs().list(status, call.query.get("brain"), *page)
    return brain_models.runs_out(found)


async def _cancel(call: Call) -> None:
    """It has ended when this answers, also if its code did not; 409 if it had ended before."""
    run = _existing_run(call)
    title = run.event_log.record.title
    announce = call.session.auditor().announce
    await run.cancel(partial(announce, "brain.cancel", title=title, run=run.id))


async def _look(call: Call) -> brain_models.RunOut:
    """Its status, steps and state, with `[secret:NAME]` in place of every value."""
    event_log = _existing_run(call).event_log
    return brain_models.run_out(event_log.record, retold(event_log.events(0), folded=True))


async def _watch(call: Call) -> AsyncIterator[bytes]:
    """Its events as they happen, until its end; after `Last-Event-ID` if it is sent."""
    after = sse.last_event(call.request.headers)
    return await call.session.watching().seated(_existing_run(call).watch(after))


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


_FILTERS: Final = (
    Query("status", {"enum": list(STATUSES), "description": "Only runs that stand like this."}),
    Query("brain", {"type": "string", "description": "Only runs of this brain: its title."}),
)


ROUTES: Final = (
    Route("GET", "/brains", Role.RUNNER, _list, "List the brains, by title."),
    Route("GET", "/brains/{identifier}", Role.RUNNER, _show, "Show a brain.", errors=(404,)),
    Route("GET", "/brains/runs", Role.RUNNER, _show, "Show the brain `runs`.", errors=(404,)),
    _new_run("/brains/runs", _start, "Run a brain.", read_run, (404,)),
    _new_run("/brains/runs/rerun", _rerun, "Run again from a step.", read_rerun, (404, 409)),
    _of_run("/brains/runs/{runId}", _look, "Show a run."),
    Route(
        *("DELETE", "/brains/runs/{runId}", Role.RUNNER, _cancel, "Cancel a run.", 204, (404, 409)),
        executor=Executor.RUN,
    ),
    _of_run("/brains/runs/{runId}/watch", _watch, "Watch a run."),
    Route(
        *("GET", "/runs", Role.RUNNER, _list_runs, "List the project's runs."),
        query=(*PAGING, *_FILTERS),
    ),
)
