"""Runs' events as a server streams them, and the ways in which a stream can end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from px.serve.asgi import App, Receive, Scope, Send
from px.testing.faults import Fault

RUN: Final = "run-1"
Document = dict[str, Any]

_HEADERS: Final = [(b"content-type", b"text/event-stream")]


def event(kind: str, **more: object) -> Document:
    """One event of RUN."""
    return {"type": kind, "options": {}, "brainRunId": RUN, **more}


def start(title: str) -> Document:
    return event("brain:start", brainTitle=title, initialState={}, status="running")


def begin(title: str, index: int = 0) -> Document:
    return event("step:start", stepTitle=title, stepId=title, stepIndex=index, status="running")


def printed(text: str, **more: object) -> Document:
    return event("step:print", stepTitle="Ask", stepId="1", text=text, status="running", **more)


def done(title: str) -> Document:
    return event("step:complete", stepTitle=title, stepId=title, patch=[], status="running")


def complete(title: str) -> Document:
    return event("brain:complete", brainTitle=title, status="complete")


def failed(title: str, message: str, name: str = "RuntimeError") -> Document:
    error = {"name": name, "message": message}
    return event("brain:error", brainTitle=title, status="error", error=error)


STATUS: Final = event("step:status", steps=[])
ONE_STEP: Final = (start("example"), STATUS, begin("Ask"), done("Ask"), complete("example"))


def sse(number: int, document: Document) -> bytes:
    return f"id: {number}\ndata: {json.dumps(document)}\n\n".encode()


def stream(documents: Sequence[Document], first: int = 1, *, cut: bool = False) -> Fault:
    """These events, numbered from `first`; then the end, or a connection that breaks off."""
    return raw(b"".join(sse(n, one) for n, one in enumerate(documents, first)), cut=cut)


def raw(body: bytes, *, cut: bool = False) -> Fault:
    """A stream with this text in it."""

    async def fault(_: App, __: Scope, ___: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        if cut:
            raise ConnectionResetError
        await send({"type": "http.response.body", "body": b""})

    return fault


def endless(documents: Sequence[Document]) -> Fault:
    """These events, and then nothing until the caller hangs up."""

    async def fault(_: App, __: Scope, receive: Receive, send: Send) -> None:
        body = b"".join(sse(n, one) for n, one in enumerate(documents, 1))
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    return fault
