"""One request over HTTP, even an invalid one. No redirects; no proxy for this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from px.api.client import not_own
from px.http.address import Address
from px.http.lean_httpx import httpx
from px.http.own_worker import PATH, TRIES, NewConnection, OwnWorker
from px.http.proxy import find_proxy
from px.http.result import NotOwn
from px.http.transport import network
from px.http.unanswered import Steps, explain
from px.spec.answer import NotAnswered, Reply

MAX_ANSWER: Final = 8 * 1024 * 1024  # bytes; a page of 1,000 names has 0.3 MB
REQUEST_SECONDS: Final = 30.0
IDLE_SECONDS: Final = 1.0  # less than servers keep a connection


@dataclass(frozen=True, slots=True)
class Who:
    """The token and project of a call; None: not sent."""

    token: str | None = field(repr=False)
    project: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        found = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return found | ({"X-Positronic-Project": self.project} if self.project else {})


class Caller:
    """An async context manager. `transport` replaces the network with an in-process server.

    With `own`, calls only use a connection on which px's own Worker proved itself.
    """

    def __init__(
        self,
        address: Address,
        timeout: float = REQUEST_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
        own: OwnWorker | None = None,
    ) -> None:
        self._own = own
        self._base = address.origin
        self.plain = address.scheme == "http"  # px uses http only on loopback
        self._proxy = find_proxy(address, os.environ)
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout),
            transport=transport,
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
            headers={"User-Agent": "px spec", "Accept-Encoding": "identity"},
            **network(address, self._proxy),
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.__aexit__()

    async def call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | AsyncIterable[bytes] | None,
    ) -> Reply:
        """Raises NotAnswered and NotReached."""
        steps = Steps(self._proxy, connects=self._own is None)
        try:
            request = self._client.build_request(
                method,
                self._base + path,
                headers=headers,
                content=body,
                extensions={"trace": steps.note_async},
            )
            response = await self._begin(request)
            try:
                return Reply(response.status_code, dict(response.headers), await _read(response))
            finally:
                await response.aclose()
        except (httpx.HTTPError, UnicodeError) as error:
            lost = explain(error, steps)
            raise NotAnswered(lost.reason, lost.hint) from None
        except (httpx.InvalidURL, OSError):
            raise NotAnswered("the connection broke off") from None
        except NotOwn as stranger:
            raise not_own(stranger) from None

    async def _begin(self, request: httpx.Request) -> httpx.Response:
        """The answer's head. Raises NotOwn."""
        for _ in range(TRIES):
            try:
                return await self._client.send(request, stream=True)
            except NewConnection:
                await self._open_connection()
        raise httpx.ConnectError("")  # each was closed or taken before it was used

    async def _open_connection(self) -> None:
        """Like the one in px.http.transport."""
        if self._own is None:
            return
        asked = self._own.challenge()
        request = self._client.build_request("GET", self._base + PATH, headers=asked)
        response = await self._client.send(request, stream=True)
        try:
            self._own.check(asked, response.status_code, response.headers)
            await _read(response)
        finally:
            await response.aclose()


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_ANSWER:
            raise NotAnswered("the answer does not end")
    return bytes(body)
