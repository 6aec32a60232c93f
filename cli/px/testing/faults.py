"""Faults between px and a server, on demand for TestDevServer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping

from positronic.errors import StoreFailed
from positronic.ledger.memory import MemoryLedger
from positronic.rows import Changes, Expect
from px.serve.asgi import App, Message, Receive, Scope, Send, encode_headers

# Answers instead of the application; it gets the application and the call.
Fault = Callable[[App, Scope, Receive, Send], Awaitable[None]]


def answer(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Fault:
    """A fixed answer, without calling the application."""
    pairs = encode_headers(headers or {}, len(body))

    async def fault(_: App, __: Scope, receive: Receive, send: Send) -> None:
        await _drain(receive)
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})

    return fault


def refusal(status: int, code: str, error: str = "no", **headers: str) -> Fault:
    """An answer in the contract's error form; `Retry_After` becomes Retry-After."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps({"error": error, "code": code}).encode()
    return answer(status, body, {"Content-Type": "application/json", **named})


def web_page(status: int = 200) -> Fault:
    """Not our API: an HTML page."""
    page = b"<!doctype html><title>Welcome</title>"
    return answer(status, page, {"Content-Type": "text/html"})


def redirect(url: str) -> Fault:
    """A redirect."""
    return answer(307, headers={"Location": url})


def echo(status: int = 400) -> Fault:
    """A careless server whose error repeats what was sent."""

    async def fault(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        body = json.loads(await _drain(receive))
        value = body["value"] if "value" in body else body["secrets"][0]["value"]
        sentence = f"cannot use {value}"
        reply = refusal(status, "invalid_value", sentence)
        await reply(app, scope, _nothing, send)

    return fault


async def cut(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """The application handles the call, but its answer breaks off in the middle."""
    await app(scope, receive, _swallow)
    headers = [(b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"na'})


async def hang(_: App, __: Scope, receive: Receive, ___: Send) -> None:
    """No answer until the caller disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass


class FragileLedger:
    """A ledger in memory that fails after `commits_left` more commits; None: never."""

    def __init__(self) -> None:
        self._inner = MemoryLedger()
        self.get, self.list, self.count = self._inner.get, self._inner.list, self._inner.count
        self.commits_left: int | None = None

    def commit(self, changes: Changes, expect: Expect) -> int:
        if self.commits_left is not None:
            if self.commits_left == 0:
                raise StoreFailed("the ledger was set to fail")
            self.commits_left -= 1
        return self._inner.commit(changes, expect)


async def _drain(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _swallow(_: Message) -> None:
    return
