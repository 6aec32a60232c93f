"""Cloudflare's edge on loopback: one address that serves whatever was uploaded, for real.

workerd runs the very modules of the upload, with its bindings and the account's secrets; in front
is a small proxy, so that the address is known before, and stays.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from px.local.bare import BareWorker
from px.project.workspace import Workspace
from support.cloudflare_account import Worker
from support.serving import serving
from support.stored import stored

NOTHING_HERE = b"<html>There is nothing here yet</html>"


class Edge:
    """A context manager. `put` is an Account's `changed`; workerd starts at the next request."""

    def __init__(self, project: Workspace, folder: Path) -> None:
        self._project = project
        self._folder = folder
        self._worker: Worker | None = None
        self._running: BareWorker | None = None
        self._starts = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._serving = serving(self._server)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def put(self, _name: str, worker: Worker) -> None:
        with self._lock:
            self._stop()
            self._worker = None if worker.is_draft else worker

    def __enter__(self) -> Edge:
        self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.__exit__(None, None, None)
        with self._lock:
            self._stop()

    def running(self) -> str | None:
        """Where workerd serves the upload; None while there is none."""
        with self._lock:
            if self._worker is None:
                return None
            if self._running is None:
                self._running = self._start(self._worker)
            return self._running.url

    def _stop(self) -> None:
        if self._running:
            self._running.stop()
        self._running = None

    def _start(self, worker: Worker) -> BareWorker:
        self._starts += 1
        config = write_upload(worker, self._folder / f"upload-{self._starts}")
        running = BareWorker(
            self._project,
            secrets=worker.secrets,
            config=config,
            persist=self._folder / "state",
            snapshot=stored(config.parent),
        )
        running.start()
        return running


def write_upload(worker: Worker, folder: Path) -> Path:
    """The uploaded modules as files, and a wrangler.toml of what the upload says of itself."""
    for part in worker.modules:
        below = folder if part.name.startswith("python_modules/") else folder / "worker"
        path = below / part.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(part.data)
    config = folder / "wrangler.toml"
    config.write_text("".join(_config(worker.metadata, worker.bindings)))
    return config


def _config(metadata: Mapping[str, Any], bindings: list[dict[str, Any]]) -> list[str]:
    """TOML and JSON spell strings and lists of them alike."""
    lines = [
        'name = "uploaded"\n',
        f"main = {json.dumps('worker/' + metadata['main_module'])}\n",
        f"compatibility_date = {json.dumps(metadata['compatibility_date'])}\n",
        f"compatibility_flags = {json.dumps(metadata['compatibility_flags'])}\n[vars]\n",
    ]
    lines += [f"{b['name']} = {json.dumps(b['text'])}\n" for b in bindings if "text" in b]
    for b in bindings:
        name = json.dumps(b["name"])
        if b["type"] == "kv_namespace":
            id_ = json.dumps(b["namespace_id"])
            lines.append(f"[[kv_namespaces]]\nbinding = {name}\nid = {id_}\n")
        if b["type"] == "durable_object_namespace":
            class_name = json.dumps(b["class_name"])
            lines.append(
                f"[[durable_objects.bindings]]\nname = {name}\nclass_name = {class_name}\n"
            )
    return lines


def _handler(edge: Edge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self._body()
            upstream = edge.running()
            if upstream is None:
                self._give(404, {"Content-Type": "text/html"}, NOTHING_HERE)
                return
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
            with httpx.Client(trust_env=False, timeout=60) as client:
                url = upstream + self.path
                found = client.request(self.command, url, headers=headers, content=body)
            kept = {k: v for k, v in found.headers.items() if k.lower() not in _HOP}
            self._give(found.status_code, kept, found.content)

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("content-length", "0")))
            whole = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole

        def _give(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = _pass_on  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive"}
