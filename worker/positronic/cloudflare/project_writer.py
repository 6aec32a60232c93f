"""The Durable Object in which a project's changes are made."""

from __future__ import annotations

import os
from typing import Any

from workers import DurableObject, Response

from positronic.api.changes import Change, Writer
from positronic.cloudflare import isolate
from positronic.cloudflare.run_objects import RemoteRuns
from positronic.cloudflare.serving import serve, service_of
from positronic.cloudflare.sql_journal import SqlJournal
from positronic.http import request as http
from positronic.names import Project


class ProjectWriter(DurableObject):
    """Makes one project's changes, one at a time and in one place, so that none is lost.

    KV alone has no order: a resealed old value could overwrite a new one. It keeps no values, only
    which versions were written and what was deleted in the last few minutes.
    """

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.writer = Writer(SqlJournal(ctx.storage.sql, isolate.now))

    async def fetch(self, request: Any) -> Response:
        async def here(_: Project, change: Change) -> http.Response:
            return await self.writer(change)

        sent = request.js_object
        runs = RemoteRuns(self.env.BRAIN_RUN, sent, os.urandom)
        return await serve(sent, service_of(self.env, self.ctx, here, runs), self.ctx)
