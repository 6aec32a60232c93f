"""Requests and responses as JavaScript has them. The SDK's cost several times as much to make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pyodide.ffi import jsnull

from positronic.cloudflare.crossings import crossings


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
