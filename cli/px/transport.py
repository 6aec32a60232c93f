"""One request over HTTP, by httpx. Never follows a redirect, and asks loopback without a proxy."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Final

from px.address import Address
from px.exchange import Answer, Lost, Silence
from px.failures import Usage
from px.lean_httpx import httpx
from px.own_worker import PATH, TRIES, NewConnection, OwnWorker, refuse_to_connect

MAX_ANSWER: Final = 8 * 1024 * 1024  # bytes; a page of 1,000 names has 0.3 MB
_NOT_SENT: Final = (
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError),
    *(httpx.LocalProtocolError, httpx.UnsupportedProtocol),
)


class Transport:
    """One server; its connection is opened when first needed and kept.

    With `own`, `headers` go only over a connection on which px's own Worker has shown itself.
    """

    def __init__(
        self, address: Address, headers: Mapping[str, str], own: OwnWorker | None = None
    ) -> None:
        self._client = _client(address)
        self._headers = headers
        self._own = own

    def send(self, method: str, path: str, body: bytes | None, timeout: float) -> Answer:
        """Raises Lost. `timeout` bounds the whole exchange, in seconds."""
        left = _TimeLeft(timeout)
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            with closing(self._begin(method, path, headers, left, body)) as response:
                return Answer(response.status_code, response.headers, _read(response, left))
        except (httpx.HTTPError, UnicodeError) as error:
            raise _lost(error) from None

    @contextmanager
    def open(
        self, path: str, headers: Mapping[str, str], timeout: float, silence: float
    ) -> Iterator[tuple[Answer, httpx.Response]]:
        """A stream that is read as it comes; what is no success comes whole, as an Answer.

        Raises Lost, also while it is read. `timeout` bounds the time until it begins, `silence`
        that between two parts of it; then it raises Silence.
        """
        left = _TimeLeft(timeout)
        try:
            with closing(self._begin("GET", path, headers, left)) as response:
                is_stream = response.status_code == 200
                body = b"" if is_stream else _read(response, left)
                left.renew(silence)
                try:
                    yield Answer(response.status_code, response.headers, body), response
                except httpx.ReadTimeout:
                    raise Silence from None
        except (httpx.HTTPError, UnicodeError) as error:
            raise _lost(error) from None

    def close(self) -> None:
        self._client.close()

    def _begin(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        left: _TimeLeft,
        body: bytes | None = None,
    ) -> httpx.Response:
        """The answer's head. Raises NotOwn."""
        request = self._client.build_request(
            method,
            path,
            content=body,
            headers={**self._headers, **headers},
            extensions={"timeout": left} | ({"trace": refuse_to_connect} if self._own else {}),
        )
        for _ in range(TRIES):
            try:
                return self._client.send(request, stream=True)
            except NewConnection:
                self._open_connection(left)
        raise httpx.ConnectError("")  # it closes each one before it is used

    def _open_connection(self, left: _TimeLeft) -> None:
        """One more in the pool, on which px's own Worker has shown itself; else raises NotOwn."""
        if self._own is None:
            return
        asked = self._own.challenge()
        request = self._client.build_request(
            "GET", PATH, headers=asked, extensions={"timeout": left}
        )
        # Closed before its answer was read, a connection does not go back to the pool.
        with closing(self._client.send(request, stream=True)) as response:
            self._own.check(asked, response.status_code, response.headers)
            _read(response, left)


class _TimeLeft(dict[str, float]):
    """httpx's timeouts; it asks for one at each step, and each gets what is left for all."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.renew(seconds)

    def renew(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def seconds(self) -> float:
        return self._deadline - time.monotonic()

    def get(self, *_: object) -> float:
        return max(self.seconds(), 0.001)


def _client(address: Address) -> httpx.Client:
    # The system's certificates (and SSL_CERT_FILE's), not certifi's; none where there is no TLS.
    is_tls = address.scheme == "https"
    tls = ssl.create_default_context() if is_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    base = _url(address)
    try:
        return httpx.Client(
            base_url=base,
            headers={"Accept-Encoding": "identity", "User-Agent": "px"},
            verify=tls,
            # Less than servers keep a connection: a person may think for long between two requests.
            limits=httpx.Limits(keepalive_expiry=1.0),
            trust_env=not address.is_loopback,  # HTTPS_PROXY, ALL_PROXY, NO_PROXY; never a netrc
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        raise Usage(
            "px cannot use the proxy that the environment names",
            hint="see HTTPS_PROXY and NO_PROXY",
        ) from None


def _url(address: Address) -> httpx.URL:
    try:
        return httpx.URL(address.origin + address.prefix)
    except httpx.InvalidURL:
        raise Usage("the address names no host that can be") from None


def _read(response: httpx.Response, left: _TimeLeft) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Lost("the answer is too long", sent=True, final=True)
        if left.seconds() <= 0:
            raise httpx.ReadTimeout(_LATE)
    return bytes(body)


_LATE: Final = "no answer in time"
_UNKNOWN_HOST: Final = "the host name is not known"


def _lost(error: httpx.HTTPError | UnicodeError) -> Lost:
    if isinstance(error, UnicodeError):
        return Lost(_UNKNOWN_HOST, sent=False, final=True)
    return Lost(_reason(error), sent=not isinstance(error, _NOT_SENT), final=_is_final(error))


def _reason(error: httpx.HTTPError) -> str:
    """Why, in words that hold nothing of what was sent or answered."""
    if isinstance(error, httpx.TimeoutException):
        return _LATE
    if isinstance(error, httpx.ProxyError):
        return "the proxy does not let px through"
    if isinstance(error, httpx.ProtocolError):
        return "what answered does not speak HTTP, or its answer is cut"
    return _socket_reason(next((e for e in _causes(error) if isinstance(e, OSError)), OSError()))


def _socket_reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return _UNKNOWN_HOST
    if isinstance(error, ssl.SSLError):
        return f"no secure connection ({getattr(error, 'verify_message', '') or 'TLS failed'})"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionError) or not error.errno:
        return "the connection broke off"
    return os.strerror(error.errno).lower()


def _is_final(error: httpx.HTTPError) -> bool:
    """A certificate does not get better by asking again, nor does time that ran out."""
    late = isinstance(error, httpx.TimeoutException)
    return late or any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__  # httpcore drops the cause, not the context
