"""The comparison: the least that a Python Worker can do."""

from __future__ import annotations

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        return Response('{"ready":true}')
