"""A service on loopback that checks signatures, for the example brain to call."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final

ANSWER: Final = "42"


@dataclass(frozen=True, slots=True)
class Received:
    """One received request."""

    body: str
    headers: dict[str, str]
    is_signed: bool


@dataclass(slots=True)
class Service:
    """A context manager. `is_careless`: it fails and repeats the key in its error."""

    key: str
    is_careless: bool = False
    received: list[Received] = field(default_factory=list)
    _server: ThreadingHTTPServer = field(init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Service:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                headers = {name.lower(): text for name, text in self.headers.items()}
                status, answer = service.answer(body, headers)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, body: str, headers: dict[str, str]) -> tuple[HTTPStatus, dict[str, str]]:
        digest = hmac.new(self.key.encode(), body.encode(), hashlib.sha256).hexdigest()
        is_signed = hmac.compare_digest(headers.get("x-signature", ""), f"sha256={digest}")
        self.received.append(Received(body, headers, is_signed))
        if self.is_careless:
            return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": f"no answer under key {self.key}"}
        if not is_signed:
            return HTTPStatus.UNAUTHORIZED, {"error": "the signature is not right"}
        return HTTPStatus.OK, {"answer": ANSWER}
