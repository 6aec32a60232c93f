"""A receiver of reminders on loopback that verifies signatures as docs/operations.md shows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.serving import serving


@dataclass
class Receiver:
    """Answers `status`, or closes the connection for 0. `taken`: messages that it verified."""

    secret: str
    status: int = 204
    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    tries: int = 0
    forged: int = 0
    followed: int = 0

    @property
    def names(self) -> Counter[str]:
        """How often each name was in a message that was taken."""
        return Counter(one["name"] for message in self.taken for one in message["due"])

    def receive(self, header: str, body: bytes) -> int:
        self.tries += 1
        self.texts.append(body.decode())
        if not verifies(self.secret, header, body):
            self.forged += 1
            return 401
        if 200 <= self.status < 300:
            self.taken.append(json.loads(body))
        return self.status


def verifies(secret: str, header: str, body: bytes) -> bool:
    parts = dict(part.split("=", 1) for part in header.split(","))
    signed = f"{parts['t']}.".encode() + body
    expected = hmac.digest(secret.encode(), signed, hashlib.sha256).hex()
    return hmac.compare_digest(expected, parts["v1"])


@contextmanager
def receiving(secret: str) -> Iterator[Receiver]:
    receiver = Receiver(secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.receive(self.headers["Positronic-Signature"], body)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            if status != 204:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            receiver.followed += 1
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with serving(server) as port:
        receiver.url = f"http://127.0.0.1:{port}/reminders"
        yield receiver
