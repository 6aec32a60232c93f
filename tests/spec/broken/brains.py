"""Mutants of brains and their runs."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import Call, answer, breaks, edited, refusal
from spec.broken.tokens import overlooking


@breaks("brains.listed")
async def lists_brains_by_another_name(call: Call) -> Response:
    """The list is under another key."""
    right = await call.right()
    is_it = call.at("GET /brains") and right.status == 200
    return answer(200, {"items": [], "count": 0}, right) if is_it else right


@breaks("brains.listed")
async def lists_a_brain_twice(call: Call) -> Response:
    """A title stands twice."""
    right = await call.right()
    twice = [{"title": "one", "steps": 1}] * 2
    is_it = call.at("GET /brains") and right.status == 200
    return edited(right, brains=twice, count=2) if is_it else right


@breaks("brains.listed")
async def counts_brains_wrong(call: Call) -> Response:
    """`count` is not the number of brains."""
    right = await call.right()
    is_it = call.at("GET /brains") and right.status == 200
    return edited(right, count=1) if is_it else right


@breaks("brains.unknown")
async def shows_a_brain_that_is_not_there(call: Call) -> Response:
    """200 without a brain."""
    right = await call.right()
    is_it = call.at("GET /brains/*") and right.status == 404
    return answer(200, {"title": "x", "steps": []}, right) if is_it else right


@breaks("brains.unknown")
async def starts_a_brain_that_is_not_there(call: Call) -> Response:
    """201 for a run of nothing."""
    right = await call.right()
    is_it = call.at("POST /brains/runs") and right.status == 404
    return answer(201, {"brainRunId": "0" * 32}, right) if is_it else right


@breaks("brains.no_run")
async def watches_nothing(call: Call) -> Response:
    """An empty stream for a run that is not there."""
    right = await call.right()
    is_it = call.path.endswith("/watch") and right.status == 404
    return Response(200, b"", dict(right.headers)) if is_it else right


@breaks("brains.no_run")
async def reruns_nothing(call: Call) -> Response:
    """400 for a rerun of a missing run."""
    right = await call.right()
    is_it = call.at("POST /brains/runs/rerun") and right.status == 404
    return refusal(400, "invalid_request") if is_it else right


@breaks("brains.no_run")
async def cancels_nothing(call: Call) -> Response:
    """204 for a run that is not there."""
    right = await call.right()
    is_it = call.method == "DELETE" and call.path.startswith("/brains/runs/")
    is_it = is_it and right.status == 404
    return Response(204, b"", dict(right.headers)) if is_it else right


def _run(at: str, **more: object) -> dict[str, object]:
    found = {"brainRunId": "0" * 32, "brainTitle": "b", "status": "complete", "createdAt": at}
    return {**found, "timeLimit": 60, "by": "ci", **more}


@breaks("brains.runs")
async def lists_the_oldest_run_first(call: Call) -> Response:
    """Two runs in the wrong order."""
    right = await call.right()
    runs = [_run("2026-01-01T00:00:00.000Z"), _run("2026-01-02T00:00:00.000Z")]
    is_it = call.at("GET /runs") and right.status == 200 and "brain" not in call.query
    return edited(right, runs=runs, count=2) if is_it else right


@breaks("brains.runs")
async def counts_runs_wrong(call: Call) -> Response:
    """`count` is not the number of runs."""
    right = await call.right()
    return edited(right, count=1) if call.at("GET /runs") and right.status == 200 else right


@breaks("brains.runs")
async def tells_more_of_a_run(call: Call) -> Response:
    """A field that the contract does not have."""
    right = await call.right()
    runs = [_run("2026-01-01T00:00:00.000Z", state={})]
    is_it = call.at("GET /runs") and right.status == 200 and "brain" not in call.query
    return edited(right, runs=runs, count=1) if is_it else right


@breaks("brains.runs")
async def takes_no_notice_of_filters(call: Call) -> Response:
    """Every run is listed, also for a brain that is not there."""
    right = await call.right()
    runs = [_run("2026-01-01T00:00:00.000Z")]
    is_it = call.at("GET /runs") and right.status == 200 and "brain" in call.query
    return edited(right, runs=runs, count=1) if is_it else right


@breaks("brains.runs")
async def takes_any_status(call: Call) -> Response:
    """A status that no run has is not refused."""
    right = await call.right()
    is_it = call.at("GET /runs") and right.status == 400
    return answer(200, {"runs": [], "count": 0}, right) if is_it else right


@breaks("brains.faulty")
async def takes_a_list_for_options(call: Call) -> Response:
    """Options may be a list."""
    right = await call.right()
    is_it = call.at("POST /brains/runs") and isinstance(call.sent.get("options"), list)
    return refusal(404, "not_found") if is_it and right.status == 400 else right


@breaks("brains.faulty")
async def reruns_from_step_0(call: Call) -> Response:
    """Steps are counted from 0."""
    right = await call.right()
    is_it = call.at("POST /brains/runs/rerun") and call.sent.get("startsAt") == 0
    return refusal(404, "not_found") if is_it and right.status == 400 else right


@breaks("tokens.reader")
async def readers_list_brains(call: Call) -> Response:
    """A reader may list brains."""
    return await overlooking(call, "reader", "GET /brains")
