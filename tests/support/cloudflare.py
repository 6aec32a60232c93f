"""A stand-in of Cloudflare's API on loopback: a Worker's secrets, and what was asked of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; `body` holds what was sent."""

    method: str
    path: str
    authorization: str
    body: Any


class Cloudflare:
    """A context manager. `changed(secrets)` is called after each change, before its answer."""

    def __init__(
        self, worker: str, secrets: dict[str, str], changed: Callable[[dict[str, str]], None]
    ) -> None:
        self.worker = worker
        self.secrets = dict(secrets)
        self.asked: list[Asked] = []
        self.failing = False
        self._changed = changed
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Cloudflare:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, asked: Asked) -> tuple[int, object]:
        self.asked.append(asked)
        if self.failing:
            # A careless server: it repeats what it was sent.
            return 400, _error(10000, f"cannot take {asked.body}")
        tail = asked.path.partition(f"/workers/scripts/{self.worker}/")[2].partition("?")[0]
        match (asked.method, tail):
            case ("GET", "secrets"):
                found = [{"name": name, "type": "secret_text"} for name in self.secrets]
                return 200, _success(found)
            case ("PUT", "secrets"):
                self._change({asked.body["name"]: asked.body["text"]})
                return 200, _success({"name": asked.body["name"], "type": "secret_text"})
            case ("PATCH", "secrets-bulk"):
                sent = asked.body["secrets"]
                self._change({name: one and one["text"] for name, one in sent.items()})
                return 200, _success({})
        return 404, _error(10007, "This Worker does not exist on your account.")

    def _change(self, changes: dict[str, str | None]) -> None:
        merged: dict[str, str | None] = {**self.secrets, **changes}
        self.secrets = {name: text for name, text in merged.items() if text is not None}
        self._changed(self.secrets)


def _success(result: object) -> dict[str, object]:
    return {"success": True, "errors": [], "messages": [], "result": result}


def _error(code: int, message: str) -> dict[str, object]:
    errors = [{"code": code, "message": message}]
    return {"success": False, "errors": errors, "messages": [], "result": None}


def _handler(cloudflare: Cloudflare) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", "0")))
            body = json.loads(sent) if sent else None
            authorization = self.headers.get("authorization", "")
            asked = Asked(self.command, self.path, authorization, body)
            status, document = cloudflare.answer(asked)
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
