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
        answer = await js.fetch(url, to_js(options, dict_converter=js.Object.fromEntries))
        status = int(answer.status)
        if answer.body:
            await answer.body.cancel()
    except JsException:  # its text may hold the address
        raise NoAnswer from None
    return status
