"""One request over HTTP, by httpx. Follows no redirects, and uses no proxy for loopback."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Final, TypedDict

from px.errors import Usage
from px.http.address import Address
from px.http.certificates import trusted
from px.http.lean_httpx import httpx
from px.http.own_worker import PATH, TRIES, NewConnection, OwnWorker
from px.http.proxy import Proxy, find_proxy
from px.http.result import Answer, Lost, Silence
from px.http.unanswered import LATE, Steps, explain

MAX_ANSWER: Final = 8 * 1024 * 1024  # bytes; a page of 1,000 names has 0.3 MB


class Transport:
    """One server, with a connection that is opened when first needed and kept.

    With `own`, `headers` are only sent over a connection on which px's own Worker proved itself.
    """

    def __init__(
        self, address: Address, headers: Mapping[str, str], own: OwnWorker | None = None
    ) -> None:
        self._origin = address.origin
        self._proxy = find_proxy(address, os.environ)
        self._client = _client(address, self._proxy)
        self._headers = headers
        self._own = own

    def send(
        self, method: str, path: str, body: bytes | None, timeout: float, key: str = ""
    ) -> Answer:
        """One exchange. Raises Lost. `timeout` limits all of it, in seconds.

        `key`: the same for each attempt of one change, which is then made once.
        """
        left, steps = _TimeLeft(timeout), self._steps()
        headers = {} if body is None else {"Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            with closing(self._begin(method, path, headers, left, steps, body)) as response:
                return self._answer(response, _read(response, left))
        except (httpx.HTTPError, UnicodeError) as error:
            raise explain(error, steps) from None

    @contextmanager
    def open(
        self, path: str, headers: Mapping[str, str], timeout: float, silence: float
    ) -> Iterator[tuple[Answer, httpx.Response]]:
        """A stream to read as it arrives; anything but a success comes whole, as an Answer.

        Raises Lost, also while reading. `timeout` limits the time until it begins, `silence` the
        time between two parts; after that it raises Silence.
        """
        left, steps = _TimeLeft(timeout), self._steps()
        try:
            with closing(self._begin("GET", path, headers, left, steps)) as response:
                is_stream = response.status_code == 200
                body = b"" if is_stream else _read(response, left)
                left.renew(silence)
                try:
                    yield self._answer(response, body), response
                except httpx.ReadTimeout:
                    raise Silence from None
        except (httpx.HTTPError, UnicodeError) as error:
            raise explain(error, steps) from None

    def _answer(self, response: httpx.Response, body: bytes) -> Answer:
        return Answer(response.status_code, response.headers, body, self._origin)

    def _steps(self) -> Steps:
        return Steps(self._proxy, connects=self._own is None)

    def close(self) -> None:
        self._client.close()

    def _begin(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        left: _TimeLeft,
        steps: Steps,
        body: bytes | None = None,
    ) -> httpx.Response:
        """The answer's head. Raises NotOwn."""
        request = self._client.build_request(
            method,
            path,
            content=body,
            headers={**self._headers, **headers},
            extensions={"timeout": left, "trace": steps.note},
        )
        for _ in range(TRIES):
            try:
                return self._client.send(request, stream=True)
            except NewConnection:
                self._open_connection(left)
        raise httpx.ConnectError("")  # the server closes each connection before it is used

    def _open_connection(self, left: _TimeLeft) -> None:
        """Adds a connection on which px's own Worker proved itself; otherwise raises NotOwn."""
        if self._own is None:
            return
        asked = self._own.challenge()
        request = self._client.build_request(
            "GET", PATH, headers=asked, extensions={"timeout": left}
        )
        try:
            # A connection closed before its answer was read does not return to the pool.
            with closing(self._client.send(request, stream=True)) as response:
                self._own.check(asked, response.status_code, response.headers)
                _read(response, left)
        except httpx.HTTPError as error:
            lost = explain(error, Steps(None))
            raise Lost(lost.reason, sent=False, final=lost.final, hint=lost.hint) from None


class _TimeLeft(dict[str, float]):
    """httpx's timeouts: httpx asks for one at each step, which gets all the remaining time."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.renew(seconds)

    def renew(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def seconds(self) -> float:
        return self._deadline - time.monotonic()

    def get(self, *_: object) -> float:
        return max(self.seconds(), 0.001)


def _client(address: Address, proxy: Proxy | None) -> httpx.Client:
    return httpx.Client(
        base_url=_url(address),
        headers={"Accept-Encoding": "identity", "User-Agent": "px"},
        # Less than servers keep a connection: a user may pause between two requests.
        limits=httpx.Limits(keepalive_expiry=1.0),
        **network(address, proxy),
    )


class Network(TypedDict):
    """The httpx client options for reaching a server as the environment says."""

    verify: ssl.SSLContext
    proxy: httpx.Proxy | None
    trust_env: bool


def network(address: Address, proxy: Proxy | None) -> Network:
    """Nothing else comes from the environment, as httpx would also read netrc. Raises Usage."""
    # None without TLS: reading the system's certificates takes 20 ms.
    is_tls = address.scheme == "https"
    tls = trusted(os.environ) if is_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    through = None
    if proxy is not None:
        own_tls = tls if proxy.url.startswith("https:") else None
        through = httpx.Proxy(proxy.url, ssl_context=own_tls)
    return Network(verify=tls, proxy=through, trust_env=False)


def _url(address: Address) -> httpx.URL:
    try:
        return httpx.URL(address.origin)
    except httpx.InvalidURL:
        raise Usage("the address has an impossible host name") from None


def _read(response: httpx.Response, left: _TimeLeft) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Lost("the answer is too long", sent=True, final=True)
        if left.seconds() <= 0:
            raise httpx.ReadTimeout(LATE)
    return bytes(body)
