"""One kept-alive HTTP connection that adds as little as it can to what is measured."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bench.copies import Copies

NO_STATE: Final = Path("no state")
KEPT: Final = 2.0  # seconds; workerd closes a connection that was idle for 5


class Connection:
    """To a Worker on loopback, with a token unless a request has another.

    Raises SystemExit for an unexpected status: a fast failure is no figure.
    """

    def __init__(self, url: str, token: str, state: Path = NO_STATE) -> None:
        """`state`: the folder that the Worker keeps everything in."""
        self.url = url
        self.token = token
        self.copies = Copies(state)
        self._socket = self._connect()
        self._used = time.monotonic()

    def prepare(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        expected: int = 200,
        token: str = "",
    ) -> Callable[[], bytes]:
        """Sends the request each time it is called; the answer's body."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {urlsplit(self.url).netloc}",
            f"Authorization: Bearer {token or self.token}",
            f"Content-Length: {len(content)}",
            *(["Content-Type: application/json"] if content else []),
        ]
        sent = "\r\n".join([*lines, "", ""]).encode() + content

        def send() -> bytes:
            self._ensure_open()
            self._socket.sendall(sent)
            answer = HTTPResponse(self._socket, method=method)
            answer.begin()
            found = answer.read()
            self._used = time.monotonic()
            if answer.status != expected:
                raise SystemExit(f"{method} {path} answered {answer.status}, not {expected}")
            return found

        return send

    def call(self, method: str, path: str, body: object = None, **options: Any) -> Any:  # noqa: ANN401 - JSON
        """Sends it once, with the options of `prepare`; what the answer says."""
        return json.loads(self.prepare(method, path, body, **options)())

    def close(self) -> None:
        self._socket.close()

    def _ensure_open(self) -> None:
        if time.monotonic() - self._used > KEPT:
            self._socket.close()
            self._socket = self._connect()

    def _connect(self) -> socket.socket:
        address = urlsplit(self.url)
        made = socket.create_connection((address.hostname, address.port), timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
