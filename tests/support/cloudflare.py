"""A stand-in of Cloudflare's API on loopback: an account, what was asked of it, its failures."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.cloudflare_account import Account, Answer, Asked, Failed, document, parse_body
from support.serving import serving


@dataclass(frozen=True, slots=True)
class Fault:
    """Meets the requests that match: before they are carried out, or `after`.

    A careless server: its message repeats what it was sent.
    """

    matches: Callable[[Asked], bool]
    status: int = 500
    code: int = 10013
    message: str = "workers.api.error.unknown"
    after: bool = False

    @property
    def is_refusal(self) -> bool:
        return self.status < 500

    def answer(self, asked: Asked) -> Answer:
        repeated = asked.sent[:4000].decode(errors="replace")
        return self.status, document(None, (self.code, f"{self.message} {repeated}".strip()))


def asks(method: str, end: str) -> Callable[[Asked], bool]:
    """Matches a method and the end of a path."""
    return lambda asked: asked.method == method and asked.path.endswith(end)


class Cloudflare:
    """A context manager; `faults` meet every request that they match."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self._one_at_a_time = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._serving = serving(self._server)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Method and last part of the path of everything that was asked."""
        return [(one.method, one.path.rpartition("/")[2]) for one in self.asked]

    def changes(self) -> list[Asked]:
        """What was asked beside reading."""
        return [one for one in self.asked if one.method != "GET"]

    def __enter__(self) -> Cloudflare:
        self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.__exit__(None, None, None)

    def answer(self, asked: Asked) -> Answer:
        with self._one_at_a_time:
            self.asked.append(asked)
            fault = next((one for one in self.faults if one.matches(asked)), None)
            if fault and not fault.after:
                return fault.answer(asked)
            answer = self._carried_out(asked)
            return fault.answer(asked) if fault else answer

    def _carried_out(self, asked: Asked) -> Answer:
        try:
            return self.account.answer(asked)
        except Failed as failed:
            return failed.answer


def _handler(cloudflare: Cloudflare) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            if self.headers.get("upgrade") == "websocket":
                cloudflare.account.tails.listen(self)
                return
            sent = self.rfile.read(int(self.headers.get("content-length", "0")))
            path, _, query = self.path.partition("?")
            asked = Asked(
                method=self.command,
                path=path,
                query=query,
                authorization=self.headers.get("authorization", ""),
                headers=dict(self.headers),
                body=parse_body(self.headers.get("content-type", ""), sent),
                sent=sent,
            )
            status, found = cloudflare.answer(asked)
            data = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
