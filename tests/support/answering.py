"""A server on loopback for whoever sends requests: each path answers in a way of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from support.serving import serving

LONG: Final = 100_000  # bytes of `/long`, in parts
PART: Final = 1_000


@contextmanager
def answering() -> Iterator[str]:
    """Its URL. /echo says what was sent, /redirect leads there, /long is long, /cut hangs up.

    /parts/COUNT/SIZE is in parts, sent at once.
    """
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _Handler)) as port:
        yield f"http://127.0.0.1:{port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match self.path:
            case "/cut":
                self.close_connection = True
            case "/redirect":
                self._say(307, b"", Location="/echo")
            case "/long":
                self._say(200, b"x" * LONG)
            case path if path.startswith("/parts/"):
                count, size = map(int, path.split("/")[2:])
                self._say_in_parts(count, size)
            case _:
                headers = {name.lower(): value for name, value in self.headers.items()}
                said = {"method": self.command, "headers": headers, "body": body.decode()}
                self._say(418, json.dumps(said).encode(), **{"X-Said": "Yes"})

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(0, len(body), PART):
            self.wfile.write(body[start : start + PART])

    def _say_in_parts(self, count: int, size: int) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(f"{size:x}\r\n{'x' * size}\r\n".encode() * count + b"0\r\n\r\n")

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the caller reads no more
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        return
