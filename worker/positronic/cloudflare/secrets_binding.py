"""The entry point of other Workers of the account, which bind it by its name."""

from __future__ import annotations

import os
from typing import Any

from workers import WorkerEntrypoint

from positronic.binding.answers import answer
from positronic.cloudflare import given, js_http
from positronic.cloudflare.crossings import crossings
from positronic.cloudflare.given import KeepsGiven
from positronic.cloudflare.run_objects import RemoteRuns
from positronic.cloudflare.serving import service_of


class Secrets(KeepsGiven, WorkerEntrypoint):
    """Reads what is granted to the app that the props of the binding name.

    Each answer is an object: {ok: true, value} or {ok: false, code, message}. No other methods:
    each could be called over a binding, as these can.
    """

    async def get(self, *sent: Any) -> Any:
        return await _answered(self, "get", sent)

    async def getMany(self, *sent: Any) -> Any:  # noqa: N802 - as JavaScript names it
        return await _answered(self, "getMany", sent)

    async def exists(self, *sent: Any) -> Any:
        return await _answered(self, "exists", sent)

    async def names(self, *sent: Any) -> Any:
        return await _answered(self, "names", sent)

    async def fetch(self, *_: Any) -> Any:
        """HTTP gets nothing here."""
        return js_http.response(405, None, {"Cache-Control": "no-store"})


async def _answered(called: Secrets, method: str, sent: tuple[Any, ...]) -> Any:
    ctx, env = given.of(called)
    service = service_of(env, ctx, RemoteRuns(env, None, os.urandom))
    return crossings().parsed(await answer(service, crossings().propsOf(ctx), method, sent))
