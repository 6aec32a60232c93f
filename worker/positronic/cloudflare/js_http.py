"""Requests and responses as JavaScript has them. The SDK's cost several times as much to make."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import js
import pydantic_core
from pyodide.ffi import JsException, to_js

from positronic.cloudflare.crossings import crossings
from positronic.outgoing import DEADLINE, Answer, NoAnswer, Send


def response(status: int, body: Any, headers: dict[str, str]) -> Any:
    """`body` is text, a JavaScript stream, or None."""
    return crossings().response(status, body, pydantic_core.to_json(headers).decode())


def request(url: str, headers: Mapping[str, str], body: str) -> Any:
    """A POST that is not sent yet."""
    return js.Request.new(url, _options({"method": "POST", "headers": headers, "body": body}))


def sender(longest: int) -> Send:
    """Raises NoAnswer also for an answer of more than `longest` bytes; 0: none is read."""

    async def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        sent = (method, url, json.dumps(dict(headers)), to_js(body))
        try:
            status, found, read = await crossings().send(*sent, longest, DEADLINE)
        except JsException:  # its text may hold the address
            raise NoAnswer from None
        return Answer(int(status), json.loads(found), read.to_bytes())

    return send


def _options(found: Mapping[str, object]) -> Any:
    return to_js(found, dict_converter=js.Object.fromEntries)
