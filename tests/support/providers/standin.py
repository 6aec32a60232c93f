"""What stand-ins of providers share: a server that records requests, and fails on command."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from support.serving import serving


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `path` has the query; names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; `document` is JSON, None: no body. `text`: XML, instead of it."""

    status: int
    document: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


class Provider(Protocol):
    def answer(self, asked: Asked) -> Said: ...

    def throttled(self) -> Said:
        """What it answers to too many requests."""
        ...

    def broken(self, asked: Asked) -> Said:
        """Careless: its answer repeats what it was sent."""
        ...


@dataclass
class Faults:
    """What meets the next requests: (how, how many). `lost`: done, and the answer is not sent."""

    how: str = ""
    count: int = 0

    def next(self) -> str:
        if not self.count:
            return ""
        self.count -= 1
        return self.how


@dataclass
class Standin:
    url: str
    provider: Provider
    asked: list[Asked] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, how: str, count: int = 1) -> None:
        """`throttled`, `broken` or `lost`."""
        with self._one_at_a_time:
            self.faults = Faults(how, count)

    def carry_out(self, asked: Asked) -> Said | None:
        """None: the connection is closed without an answer."""
        with self._one_at_a_time:
            self.asked.append(asked)
            how = self.faults.next()
            if how == "throttled":
                return self.provider.throttled()
            if how == "broken":
                return self.provider.broken(asked)
            said = self.provider.answer(asked)
            self.said.append(said)
            return None if how == "lost" else said


@contextmanager
def standing_in(provider: Provider) -> Iterator[Standin]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    standin = Standin(f"http://127.0.0.1:{server.server_port}", provider)
    server.RequestHandlerClass = _handler(standin)
    server.daemon_threads = True
    with serving(server):
        yield standin


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = standin.carry_out(Asked(self.command, self.path, headers, body))
            if said is None:
                self.close_connection = True
                return
            self.send_response_only(said.status)
            sent = b"" if said.document is None else json.dumps(said.document).encode()
            named = {"Date": self.date_time_string(), "Content-Type": "application/json"}
            if said.text is not None:
                sent, named["Content-Type"] = said.text.encode(), "text/xml"
            named |= said.headers
            for name, value in {**named, "Content-Length": str(len(sent))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_LIST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    return Handler
