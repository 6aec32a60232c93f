"""The Worker's entry point."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from workers import Response, WorkerEntrypoint

from positronic.cloudflare.run_objects import RemoteRuns
from positronic.cloudflare.serving import forward, serve, service_of


class Default(WorkerEntrypoint):
    """Serves the secrets API. No other methods: each could be called over a binding."""

    async def fetch(self, request: Any) -> Response:
        sent = request.js_object
        runs = RemoteRuns(self.env.BRAIN_RUN, sent, os.urandom)
        service = service_of(self.env, self.ctx, partial(forward, self.env, sent), runs)
        return await serve(sent, service, self.ctx)
