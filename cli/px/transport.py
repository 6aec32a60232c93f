"""One request over HTTP, with the standard library: httpx would treble the start-up time.

Never follows a redirect, reads no netrc, and goes through a proxy only to an https address.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Final

from px.address import Address

MAX_ANSWER: Final = 8 * 1024 * 1024  # bytes; a page of 1,000 names has 0.3 MB


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, header names in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lost(Exception):
    """No whole answer; `sent`: the server may have acted; `final`: no use in asking again."""

    def __init__(self, reason: str, *, sent: bool, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.final = final


class Transport:
    """One server, one connection, opened when first needed and kept."""

    def __init__(self, address: Address, headers: Mapping[str, str]) -> None:
        self._address = address
        self._headers = dict(headers)
        self._connection: HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes | None, timeout: float) -> Answer:
        """Raises Lost. `timeout` bounds the whole exchange, in seconds."""
        deadline = time.monotonic() + timeout
        sent = False
        try:
            connection = self._connect(timeout)
            sent = True
            headers = self._headers | ({"Content-Type": "application/json"} if body else {})
            connection.request(method, self._address.prefix + path, body, headers)
            sock = connection.sock
            return _read(connection.getresponse(), sock, deadline)
        except (OSError, HTTPException) as error:
            self.close()
            raise Lost(_reason(error), sent=sent, final=_is_final(error)) from None
        except BaseException:
            self.close()  # half an exchange must not be taken for the next one's
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self, timeout: float) -> HTTPConnection:
        if self._connection is None:
            self._connection = _connection(self._address, timeout)
        self._connection.timeout = timeout
        if self._connection.sock is None:
            self._connection.connect()
        self._connection.sock.settimeout(timeout)
        return self._connection


def _read(response: HTTPResponse, sock: socket.socket, deadline: float) -> Answer:
    body = bytearray()
    while chunk := response.read1(65_536):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise HTTPException("the answer is too long")
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        if sock.fileno() >= 0:
            sock.settimeout(remaining)
    if response.length:
        raise HTTPException("the answer is cut")
    response.close()  # or the connection could not be used again: read1 leaves it open
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, bytes(body))


def _connection(address: Address, timeout: float) -> HTTPConnection:
    if address.scheme == "http":
        return HTTPConnection(address.host, address.port, timeout=timeout)
    import ssl
    from http.client import HTTPSConnection

    from px.proxy import find_proxy

    context = ssl.create_default_context()
    proxy = None if address.is_loopback else find_proxy(address.host)
    if proxy is None:
        return HTTPSConnection(address.host, address.port, timeout=timeout, context=context)
    connection = HTTPSConnection(proxy.host, proxy.port, timeout=timeout, context=context)
    connection.set_tunnel(address.host, address.port, headers=proxy.headers)
    return connection


def _reason(error: OSError | HTTPException) -> str:
    """Why, in words that hold nothing of what was sent or answered."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "the host name is not known"
    if _is_tls(error):
        return f"no secure connection ({getattr(error, 'verify_message', '') or 'TLS failed'})"
    if isinstance(error, ConnectionError):
        return "connection refused" if isinstance(error, ConnectionRefusedError) else _BROKEN
    if isinstance(error, HTTPException):
        return "what answered does not speak HTTP, or its answer is cut"
    return (os.strerror(error.errno) if error.errno else "the connection failed").lower()


_BROKEN: Final = "the connection broke off"


def _is_tls(error: BaseException) -> bool:
    return any(kind.__name__ == "SSLError" for kind in type(error).__mro__)


def _is_final(error: BaseException) -> bool:
    """A certificate does not get better by asking again, nor does time that ran out."""
    return _is_tls(error) or isinstance(error, TimeoutError)
