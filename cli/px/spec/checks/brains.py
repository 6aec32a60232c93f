"""Brains: listed, shown by title, run by runners. A server without brains keeps all promises."""

from __future__ import annotations

from typing import Final

from px.spec.answer import closed, demand, number, text
from px.spec.promises import Group
from px.spec.world import World

BRAINS: Final = Group("brains")
NO_RUN: Final = "0" * 32
LISTED_RUN: Final = (
    "brainRunId brainTitle status createdAt completedAt startsAt rerunOf timeLimit by"
)


@BRAINS.full
async def listed(world: World) -> None:
    """GET /brains answers 200 with title, description and steps of each brain, ordered by title."""
    found = (await world.call("GET", "/brains")).expect(200)
    brains = found.items("brains")
    demand(found.number("count") == len(brains), "`count` is wrong")
    titles = [text(brain, "title") for brain in brains]
    demand(titles == sorted(set(titles)), "the titles are out of order or repeated")
    for brain in brains:
        number(brain, "steps")
        closed(brain, "title description steps", "a listed brain")
    closed(found.object(), "brains count", "the answer")


@BRAINS.full
async def unknown(world: World) -> None:
    """Asking for or running a missing brain answers 404 not_found."""
    title = f"no brain {world.run}"
    found = await world.call("GET", f"/brains/{title.replace(' ', '%20')}")
    found.refused("not_found", "a missing brain")
    found = await world.call("POST", "/brains/runs", {"identifier": title})
    found.refused("not_found", "running a missing brain")


@BRAINS.full
async def no_run(world: World) -> None:
    """Looking at, watching, cancelling or rerunning a missing run answers 404 not_found."""
    for path in (f"/brains/runs/{NO_RUN}", f"/brains/runs/{NO_RUN}/watch", "/brains/runs/x"):
        found = await world.call("GET", path)
        found.refused("not_found", "a missing run")
    found = await world.call("DELETE", f"/brains/runs/{NO_RUN}")
    found.refused("not_found", "cancelling a missing run")
    sent = {"runId": NO_RUN, "startsAt": 1}
    found = await world.call("POST", "/brains/runs/rerun", sent)
    found.refused("not_found", "a rerun of a missing run")


@BRAINS.full
async def runs(world: World) -> None:
    """GET /runs answers 200 with the runs, newest first, and filters by status and brain."""
    found = (await world.call("GET", "/runs?limit=1000")).expect(200)
    runs = found.items("runs")
    demand(found.number("count") == len(runs), "`count` is wrong")
    created = [text(run, "createdAt") for run in runs]
    demand(created == sorted(created, reverse=True), "the runs are not newest first")
    for run in runs:
        closed(run, LISTED_RUN, "a listed run")
    nothing = (await world.call("GET", "/runs?status=error&brain=none")).expect(200)
    demand(nothing.number("count") == 0, "runs of a missing brain are listed")
    found = await world.call("GET", "/runs?status=x")
    found.refused("invalid_request", "a status that does not exist")


@BRAINS.full
async def faulty(world: World) -> None:
    """A malformed request for a run is invalid_request."""
    for sent in (
        {},
        {"identifier": 1},
        {"identifier": "x", "more": 1},
        {"identifier": "x", "options": []},
        {"identifier": "x", "initialState": "x"},
        {"identifier": "x", "endAfter": 0},
        {"identifier": "x", "timeLimit": 0},
    ):
        found = await world.call("POST", "/brains/runs", sent)
        found.refused("invalid_request", "an invalid request for a run")
    for sent in ({"runId": NO_RUN}, {"runId": NO_RUN, "startsAt": 0}, {"startsAt": 1}):
        found = await world.call("POST", "/brains/runs/rerun", sent)
        found.refused("invalid_request", "an invalid request for a rerun")
