"""The Worker's entry point."""

from __future__ import annotations

import os
from typing import Any

from workers import WorkerEntrypoint

from positronic.api.reminding import remind
from positronic.cloudflare import given, js_http
from positronic.cloudflare.given import NothingHangs
from positronic.cloudflare.run_objects import RemoteRuns
from positronic.cloudflare.serving import serve, service_of
from positronic.errors import PositronicError
from positronic.traceback_summary import summary_of


class Default(NothingHangs, WorkerEntrypoint):
    """Serves the secrets API, and sends reminders when the schedule says so.

    No other methods: each could be called over a binding, as these can.
    """

    def __new__(cls, ctx: Any, env: Any) -> Default:
        made: Default = super().__new__(cls)
        given.keep(made, ctx, env)
        return made

    def __init__(self, _: Any, __: Any) -> None:
        """Keeps nothing: anybody can call it."""

    async def fetch(self, request: Any) -> Any:
        ctx, env = given.of(self)
        sent = request.js_object
        return await serve(sent, env, ctx, RemoteRuns(env, sent, os.urandom))

    async def scheduled(self, *_: Any) -> None:
        """Raises nothing: over a binding, an exception carries its traceback."""
        ctx, env = given.of(self)
        runs = RemoteRuns(env, None, os.urandom)
        try:
            await remind(service_of(env, ctx, runs), js_http.post)
        except PositronicError as error:
            print(f"schedule: {error.code}: {error.message}")  # noqa: T201 - the operator's log
        except Exception as error:  # noqa: BLE001 - as above
            print(f"schedule: {summary_of(error)}")  # noqa: T201
