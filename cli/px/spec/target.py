"""The server for a run, and whether it can be checked at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from px.api.cloudflare_pages import cloudflares
from px.api.errors import stranger
from px.errors import NotAllowed, NotReached, PxError, ServerFailed
from px.http import result
from px.http.address import Address
from px.http.lean_httpx import httpx
from px.http.own_worker import OwnWorker
from px.spec.answer import Broken, NotAnswered, Reply
from px.spec.caller import REQUEST_SECONDS, Caller, Who
from px.spec.promises import Level


@dataclass(frozen=True, slots=True)
class SpecTarget:
    """`project` None: a new one at level full, the server's default at level seed.

    `own`: only send the token to px's own Worker.
    """

    address: Address
    token: str = field(repr=False)
    project: str | None = None
    transport: httpx.AsyncBaseTransport | None = None
    own: OwnWorker | None = None

    def caller(self, timeout: float) -> Caller:
        return Caller(self.address, min(timeout, REQUEST_SECONDS), self.transport, self.own)


async def reach(target: SpecTarget, caller: Caller, level: Level) -> None:
    """Raises NotReached, ServerFailed or NotAllowed. Only a Positronic server gets the token."""
    origin = target.address.origin
    try:
        status = await caller.call("GET", "/status", {}, None)
        _check_status(status, origin)
        path = "/projects?limit=1" if level is Level.FULL else "/secrets?limit=1"
        who = Who(target.token, target.project)
        _check_token(await caller.call("GET", path, who.headers, None), level)
    except NotAnswered as error:
        raise NotReached(
            f"{origin} cannot be reached: {error.reason}", code="not_reached", hint=error.hint
        ) from None


def _check_status(answer: Reply, origin: str) -> None:
    if answer.code == "not_configured":
        raise ServerFailed("the server is not configured: see GET /status", code=answer.code)
    try:
        found = answer.object()
    except Broken:
        found = {}
    if "ready" not in found and not answer.code:
        raise _stranger(answer, origin)


def _check_token(answer: Reply, level: Level) -> None:
    if answer.code == "unauthenticated":
        raise NotAllowed("the token is not valid", code=answer.code)
    if answer.code == "forbidden" and level is Level.FULL:
        raise NotAllowed(
            "--level full needs the root token", code=answer.code, hint="try --level seed"
        )


def _stranger(answer: Reply, origin: str) -> PxError:
    found = result.Answer(answer.status, answer.headers, answer.body, origin)
    error = cloudflares(found) or stranger(found)
    error.hint = error.hint if error.code == "server_failed" else _NOT_SENT
    return error


_NOT_SENT: Final = "check the address; the token was not sent"
