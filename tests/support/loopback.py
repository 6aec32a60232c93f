"""A service on loopback that counts who asks for what, and answers when it is let."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.serving import serving


@dataclass
class Loopback:
    """`hold` makes the answers to a path wait until `let_go`; `says`: what a path answers."""

    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    says: dict[str, bytes] = field(default_factory=dict)
    _held: dict[str, threading.Event] = field(default_factory=dict)

    def hold(self, path: str) -> None:
        self._held[path] = threading.Event()

    def let_go(self) -> None:
        held, self._held = self._held, {}
        for event in held.values():
            event.set()

    def answer(self, path: str) -> bytes:
        self.asked[path] += 1
        if path in self._held:
            self._held[path].wait(60)
        return self.says.get(path, b"answer to " + path.encode())


@contextmanager
def loopback() -> Iterator[Loopback]:
    service = Loopback()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = service.answer(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # the caller was killed
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with serving(server) as port:
        service.url = f"http://127.0.0.1:{port}"
        try:
            yield service
        finally:
            service.let_go()
