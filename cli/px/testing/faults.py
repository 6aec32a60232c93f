"""Faults between px and a server, on demand for TestDevServer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping

from positronic.errors import StoreFailed
from positronic.names import Name, Project
from positronic.ports import Page, Record, RecordInfo, RecordStore, Unreadable
from positronic.stores.memory import MemoryAudit, MemoryProjects, MemoryStorage, MemoryTokens
from px.testing.asgi import App, Message, Receive, Scope, Send, encode_headers

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


class FragileRecords:
    """A RecordStore that fails after `writes_left` writes; None: never."""

    def __init__(self, inner: RecordStore) -> None:
        self._inner = inner
        self.writes_left: int | None = None

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        return await self._inner.get(names)

    async def put(self, record: Record) -> None:
        if self.writes_left is not None:
            if self.writes_left == 0:
                raise StoreFailed("the store was set to fail")
            self.writes_left -= 1
        await self._inner.put(record)

    async def delete(self, name: Name) -> None:
        await self._inner.delete(name)

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
        return await self._inner.list(cursor, limit)


class FragileStorage:
    """An in-memory Storage whose records can fail on demand, and that can be emptied."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._inner = MemoryStorage()
        self._records: dict[Project, FragileRecords] = {}

    def records(self, project: Project) -> FragileRecords:
        if project not in self._records:
            self._records[project] = FragileRecords(self._inner.records(project))
        return self._records[project]

    def audit_log(self, project: Project, retention: int) -> MemoryAudit:
        return self._inner.audit_log(project, retention)

    def tokens(self, project: Project) -> MemoryTokens:
        return self._inner.tokens(project)

    def projects(self) -> MemoryProjects:
        return self._inner.projects()


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
