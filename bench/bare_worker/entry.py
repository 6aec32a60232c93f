"""The comparison: the least that a Python Worker can do, alone and with a Durable Object."""

from __future__ import annotations

from workers import DurableObject, Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        if request.url.endswith("/object"):
            return Response(await self.env.OBJECT.getByName("a").answer())
        return Response('{"ready":true}')


class Object(DurableObject):
    async def answer(self) -> str:
        return '{"ready":true}'
