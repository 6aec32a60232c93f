"""A request from a brain to the world: the Worker's own fetch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    text: str


Post = Callable[[str, str, Mapping[str, str]], Awaitable[Answer]]


async def post(url: str, body: str, headers: Mapping[str, str]) -> Answer:
    """Text out, text back. Does not follow redirects: the headers are for that address alone."""
    from workers import fetch  # imported here, so that a test on CPython can import the brain

    answer = await fetch(url, method="POST", body=body, headers=dict(headers), redirect="manual")
    return Answer(answer.status, await answer.text())
