"""The Worker's entry point."""

from __future__ import annotations

import os
from typing import Any

from workers import WorkerEntrypoint

from positronic.cloudflare import given
from positronic.cloudflare.run_objects import RemoteRuns
from positronic.cloudflare.serving import serve, service_of


class Default(WorkerEntrypoint):
    """Serves the secrets API. No other methods: each could be called over a binding."""

    def __new__(cls, ctx: Any, env: Any) -> Default:
        made: Default = super().__new__(cls)
        given.keep(made, ctx, env)
        return made

    async def fetch(self, request: Any) -> Any:
        ctx, env = given.of(self)
        sent = request.js_object
        runs = RemoteRuns(env.BRAIN_RUN, sent, os.urandom)
        return await serve(sent, service_of(env, ctx, runs), ctx)
