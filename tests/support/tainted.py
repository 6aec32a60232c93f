"""A hostile server: what it answers tries to steer the terminal."""

from __future__ import annotations

import json
from typing import Final

from px.serve.asgi import App, Message, Receive, Scope, Send

TAINT: Final = "\x1b]0;owned\x07\x1b[31m\u202e\r"


async def tainted(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """A fault: the application's own answer, with control characters in every text of it."""
    kept: list[Message] = []

    async def keep(message: Message) -> None:
        kept.append(message)

    await app(scope, receive, keep)
    start, body = kept
    changed = json.dumps(_taint(json.loads(body["body"] or "{}"))).encode()
    headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
    start["headers"] = [*headers, (b"content-length", str(len(changed)).encode())]
    await send(start)
    await send({**body, "body": changed})


def _taint(found: object) -> object:
    if isinstance(found, dict):
        return {key: _taint(part) for key, part in found.items()}
    if isinstance(found, list):
        return [_taint(part) for part in found]
    return found + TAINT if isinstance(found, str) else found
