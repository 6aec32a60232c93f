"""Why there was no answer, and whether the server may have acted: by how far the request got."""

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
    """How far one request got, as reported by httpcore's trace extension.

    Raises NewConnection if a request that must not open a connection is about to.
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
        """The proxy, while px is talking to it."""
        with_server = self._last.startswith("proxy.")
        at_proxy = self._last.startswith("connection.") or (self._is_tunnel and not with_server)
        return self._proxy if at_proxy else None


def explain(error: httpx.HTTPError | UnicodeError, steps: Steps) -> Lost:
    """The failure, in words that contain nothing of the request or the answer."""
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
    """httpcore's text has the proxy's status and reason; px shows only the status."""
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
    # anyio tries each address of a host, then raises one error without a number.
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
    """A retry does not help with a bad certificate or when the time is up."""
    late = isinstance(error, httpx.TimeoutException)
    return late or any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:  # httpcore drops the cause, not the context
            error = error.__cause__ or error.__context__
