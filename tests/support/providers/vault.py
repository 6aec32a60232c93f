"""A stand-in for Vault or OpenBao on loopback: tokens, namespaces and KV v2 (`vault_store`).

F8  `X-Vault-Token` is a token; without a right one 403 with "permission denied", also for a path
    that is not there. `X-Vault-Namespace` selects another world with mounts of its own.
F9  Answers are {request_id, lease_id, renewable, data, ...}; failures {"errors": [...]}. What has
    nothing to say is 204.
F10 A list is `LIST path`, or `GET path?list=true` (documentation: "HTTP API").
F11 429 is a quota, 503 sealed or in maintenance, 307 a standby that names the active node; in a
    namespace that is not there all is 404 (documentation: "HTTP status codes"; the texts: a guess).
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from support.providers.vault_store import Engine, Json, Refusal
from support.serving import serving

TOKEN: Final = "hvs.canary-vault-token-31337"


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str  # below /v1/
    headers: dict[str, str]
    body: str


@dataclass
class Vault:
    """`mounts`: engines by (namespace, mount). `denied`: what the token may not do, such as
    ("GET", "kv/data/"). `failures`: statuses that the next requests get instead of an answer."""

    url: str = ""
    token: str = TOKEN
    mounts: dict[tuple[str, str], Engine] = field(default_factory=lambda: {("", "kv"): Engine()})
    denied: set[tuple[str, str]] = field(default_factory=set)
    failures: list[int] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def kv(self) -> Engine:
        return self.mounts["", "kv"]

    @property
    def environment(self) -> dict[str, str]:
        """With it Vault's own command line would find the server."""
        return {"VAULT_ADDR": self.url, "VAULT_TOKEN": self.token}

    def answer(self, asked: Asked) -> tuple[int, Json]:
        """The status and the body of its answer."""
        with self.lock:
            self.asked.append(asked)
            if self.failures:
                return self.failures.pop(0), {"errors": ["as the test wanted"]}
            try:
                data = self._carried_out(asked)
            except Refusal as refusal:
                body = {"errors": refusal.errors} if refusal.data is None else _body(refusal.data)
                return refusal.status, body
        return (204, {}) if data is None else (200, _body(data))

    def _carried_out(self, asked: Asked) -> Json | None:
        path, _, query = asked.path.partition("?")
        fields = {name: texts[0] for name, texts in parse_qs(query).items()}
        method = "LIST" if fields.get("list") == "true" else asked.method
        self._check(asked, method, path)
        mount, _, rest = path.partition("/")
        kind, _, name = rest.partition("/")
        engine = self.mounts.get((asked.headers.get("x-vault-namespace", ""), mount))
        if engine is None:
            raise Refusal(404, "no handler for route")
        body = json.loads(asked.body or "{}")
        if kind == "data":
            return _of_data(engine, method, unquote(name), body, fields)
        if kind == "metadata":
            return _of_metadata(engine, method, unquote(name), body)
        if kind in ("delete", "undelete", "destroy") and method in ("POST", "PUT"):
            getattr(engine.entry(unquote(name)), kind)([int(one) for one in body["versions"]])
            return None
        raise Refusal(404, "unsupported path")

    def _check(self, asked: Asked, method: str, path: str) -> None:
        denied = any(method == one and path.startswith(start) for one, start in self.denied)
        if denied or asked.headers.get("x-vault-token") != self.token:
            raise Refusal(403, "permission denied")


def _of_data(
    engine: Engine, method: str, path: str, body: Json, fields: dict[str, str]
) -> Json | None:
    if method == "GET":
        return engine.entry(path).read(int(fields.get("version", "0")))
    if method in ("POST", "PUT"):
        if not isinstance(body.get("data"), dict):
            raise Refusal(400, "no data provided")
        cas = body.get("options", {}).get("cas")
        return engine.write(path, body["data"], None if cas is None else int(cas))
    if method == "DELETE":
        if path in engine.entries:
            engine.entries[path].delete([engine.entries[path].current])
        return None
    raise Refusal(405)


def _of_metadata(engine: Engine, method: str, path: str, body: Json) -> Json | None:
    if method == "LIST":
        return engine.list(path)
    if method == "GET":
        return engine.entry(path).shown()
    if method in ("POST", "PUT"):
        engine.set(path, body)
        return None
    if method == "DELETE":
        engine.entries.pop(path, None)
        return None
    raise Refusal(405)


def _body(data: Json) -> Json:
    return {"request_id": str(uuid.uuid4()), "lease_id": "", "renewable": False, "data": data}


@contextmanager
def vault() -> Iterator[Vault]:
    """One that runs, empty."""
    stand_in = Vault()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand_in))
    server.daemon_threads = True
    with serving(server) as port:
        stand_in.url = f"http://127.0.0.1:{port}"
        yield stand_in


def _handler(stand_in: Vault) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/v1/") + (f"?{parts.query}" if parts.query else "")
            text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = stand_in.answer(Asked(self.command, path, headers, text))
            data = b"" if status == 204 else json.dumps(body).encode()
            self.send_response(status)
            if status == 307:
                self.send_header("Location", "https://active.invalid/v1/")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = do_LIST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    return Handler
