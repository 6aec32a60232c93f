"""Requests and responses as JavaScript has them. The SDK's cost several times as much to make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import js
from pyodide.ffi import JsException, jsnull, to_js

from positronic.cloudflare.crossings import crossings
from positronic.reminders.webhook import NoAnswer

POST_TIMEOUT: Final = 10_000  # milliseconds


class Headers(Mapping[str, str]):
    """A request's, each read when it is asked for. Names are in lower case.

    One that was sent several times is joined by `, `.
    """

    def __init__(self, js_headers: Any) -> None:
        self._headers = js_headers

    def get(self, name: str, default: Any = None) -> Any:
        text = self._headers.get(name)
        return default if text is jsnull else text

    def __getitem__(self, name: str) -> str:
        if (text := self._headers.get(name)) is jsnull:
            raise KeyError(name)
        return str(text)

    def __iter__(self) -> Iterator[str]:
        return (pair[0] for pair in self._headers)

    def __len__(self) -> int:
        return sum(1 for _ in self)


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
