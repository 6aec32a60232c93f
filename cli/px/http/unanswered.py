"""Why no answer came, and whether the server may have acted: by how far the request had come."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Final

from px.http import certificates
from px.http.lean_httpx import httpx
from px.http.own_worker import NewConnection
from px.http.proxy import Proxy
from px.http.result import Lost

LATE: Final = "no answer in time"
_UNKNOWN_HOST: Final = "unknown host name"
_NOT_SENT: Final = (
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError),
    *(httpx.LocalProtocolError, httpx.UnsupportedProtocol),
)


class Steps:
    """What one request has come to, as httpcore's trace extension reports it.

    Raises NewConnection when a request that may not open one is about to.
    https://www.encode.io/httpcore/extensions/#trace
    """

    def __init__(self, proxy: Proxy | None, *, connects: bool = True) -> None:
        self._proxy = proxy
        self._connects = connects
        self._last = ""
        self._is_tunnel = False

    def note(self, name: str, info: Mapping[str, object]) -> None:
        if name == "connection.connect_tcp.started" and not self._connects:
            raise NewConnection
        if name.endswith(".started"):
            self._last = name
        if name.endswith("send_request_headers.started"):
            self._is_tunnel = getattr(info.get("request"), "method", b"") == b"CONNECT"

    async def note_async(self, name: str, info: Mapping[str, object]) -> None:
        self.note(name, info)

    @property
    def proxy(self) -> Proxy | None:
        """The proxy, while it is the one that px is talking to."""
        with_server = self._last.startswith("proxy.")
        at_proxy = self._last.startswith("connection.") or (self._is_tunnel and not with_server)
        return self._proxy if at_proxy else None


def explain(error: httpx.HTTPError | UnicodeError, steps: Steps) -> Lost:
    """The same failure, in words that hold nothing of what was sent or answered."""
    if isinstance(error, UnicodeError):
        return Lost(_UNKNOWN_HOST, sent=False, final=True)
    proxy = steps.proxy
    sent = proxy is None and not isinstance(error, _NOT_SENT)
    reason, hint = _reason(error, proxy)
    return Lost(reason, sent=sent, final=_is_final(error), hint=hint)


def _reason(error: httpx.HTTPError, proxy: Proxy | None) -> tuple[str, str]:
    if isinstance(error, httpx.ProxyError):
        return _refused_by_proxy(str(error), proxy)
    if proxy is not None:
        reason, hint = _cause(error)
        hint = hint or f"check {proxy.variable}; list servers that need no proxy in NO_PROXY"
        return f"no connection to {proxy.shown}: {reason}", hint
    return _cause(error)


def _refused_by_proxy(text: str, proxy: Proxy | None) -> tuple[str, str]:
    """httpcore's text is the proxy's status and reason; only the status is shown."""
    who = proxy.shown if proxy else "the proxy"
    status = found[0] if (found := re.match(r"\d{3}\b", text)) else ""
    if status == "407":
        variable = proxy.variable if proxy else "HTTPS_PROXY"
        hint = f"set them with {variable}=http://USER:PASSWORD@HOST:PORT"
        return f"{who} asks for a user name and password (407)", hint
    return f"{who} does not let px through" + (f" (status {status})" if status else ""), ""


def _cause(error: httpx.HTTPError) -> tuple[str, str]:
    if isinstance(error, httpx.TimeoutException):
        return LATE, ""
    if isinstance(error, httpx.ProtocolError):
        return "the server does not speak HTTP, or its answer was cut off", ""
    found = [cause for cause in _causes(error) if isinstance(cause, OSError)]
    # anyio tries each address of a host, and sums up in an error that has no number.
    return _socket_cause(next((one for one in found if one.errno), OSError()))


def _socket_cause(error: OSError) -> tuple[str, str]:
    if isinstance(error, socket.gaierror):
        return _UNKNOWN_HOST, ""
    if isinstance(error, ssl.SSLError):
        hint = certificates.advice(error, os.environ)
        return f"no secure connection ({certificates.problem(error)})", hint
    if isinstance(error, ConnectionRefusedError):
        return "connection refused", ""
    if isinstance(error, ConnectionError) or not error.errno:
        return "the connection broke off", ""
    return os.strerror(error.errno).lower(), ""


def _is_final(error: httpx.HTTPError) -> bool:
    """A certificate does not get better by asking again, nor does time that ran out."""
    late = isinstance(error, httpx.TimeoutException)
    return late or any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:  # httpcore drops the cause, not the context
            error = error.__cause__ or error.__context__
