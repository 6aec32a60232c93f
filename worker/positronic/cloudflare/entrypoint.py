"""The Worker's entry point."""

from __future__ import annotations

import os
from collections.abc import Awaitable
from functools import partial
from typing import Any, Final

from workers import WorkerEntrypoint

from positronic.api.reminding import remind
from positronic.api.scheduling import start_scheduled
from positronic.api.service import Service
from positronic.cloudflare import given, js_http
from positronic.cloudflare.given import KeepsGiven
from positronic.cloudflare.run_objects import RemoteRuns, answering, object_name
from positronic.cloudflare.serving import serve, service_of
from positronic.errors import PositronicError
from positronic.names import Project
from positronic.runs.record import new_id
from positronic.traceback_summary import summary_of

_RUNS: Final = "https://positronic.invalid/brains/runs"  # no name leads there: an object gets it


class Default(KeepsGiven, WorkerEntrypoint):
    """Serves the secrets API. When a cron fires, starts the brains that name it, and reminds.

    No other methods: each could be called over a binding, as these can.
    """

    async def fetch(self, request: Any, *_: Any) -> Any:
        ctx, env = given.of(self)
        sent = request.js_object
        return await serve(sent, env, ctx, RemoteRuns(env, sent, os.urandom))

    # Pyodide reads the signature of each instance's `fetch`, to leave out what it does not take,
    # and longer than an answer takes otherwise. One that it cannot read, it calls with all.
    fetch.__signature__ = NotImplemented  # type: ignore[attr-defined]

    async def scheduled(self, controller: Any = None, *_: Any) -> None:
        """Raises nothing: over a binding, an exception carries its traceback."""
        ctx, env = given.of(self)
        service = service_of(env, ctx, RemoteRuns(env, None, os.urandom))
        await _quietly(_start_brains(service, env, controller))
        await _quietly(remind(service, js_http.sender(longest=0)))


async def _start_brains(service: Service, env: Any, controller: Any) -> None:
    cron = str(getattr(controller, "cron", None))
    await start_scheduled(service, cron, partial(_start, env.BRAIN_RUN))


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except PositronicError as error:
        print(f"schedule: {error.code}: {error.message}")  # noqa: T201 - the operator's log
    except Exception as error:  # noqa: BLE001 - see `scheduled`
        print(f"schedule: {summary_of(error)}")  # noqa: T201


async def _start(namespace: Any, project: Project, token: str, body: str) -> int:
    """In the run's own object. Raises StoreFailed."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    run = namespace.getByName(object_name(project, new_id(os.urandom)))
    with answering("the run's"):
        answer = await run.fetch(js_http.request(_RUNS, headers, body))
        await answer.text()
        return int(answer.status)
