"""Requests and responses as JavaScript has them. The SDK's cost several times as much to make."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import js
from pyodide.ffi import JsException, to_js

from positronic.cloudflare.crossings import crossings
from positronic.reminders.webhook import NoAnswer

POST_TIMEOUT: Final = 10_000  # milliseconds


def response(status: int, body: Any, headers: dict[str, str]) -> Any:
    """`body` is text, a JavaScript stream, or None."""
    return crossings().response(status, body, json.dumps(headers))


def request(url: str, headers: Mapping[str, str], body: str) -> Any:
    """A POST that is not sent yet."""
    return js.Request.new(url, _options({"method": "POST", "headers": headers, "body": body}))


async def post(url: str, headers: Mapping[str, str], body: str) -> int:
    """The status. Neither follows a redirect nor reads the answer's body. Raises NoAnswer."""
    options = {
        "method": "POST",
        "redirect": "manual",
        "headers": headers,
        "body": body,
        "signal": js.AbortSignal.timeout(POST_TIMEOUT),
    }
    try:
        answer = await js.fetch(url, _options(options))
        status = int(answer.status)
        if answer.body:
            await answer.body.cancel()
    except JsException:  # its text may hold the address
        raise NoAnswer from None
    return status


def _options(found: Mapping[str, object]) -> Any:
    return to_js(found, dict_converter=js.Object.fromEntries)
