"""Posts a reminder, as the Worker does: no redirect is followed, and no answer is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from positronic.reminders.webhook import NoAnswer
from px.http.lean_httpx import httpx

SECONDS: Final = 10.0


async def post(url: str, headers: Mapping[str, str], body: str) -> int:
    """The status. Raises NoAnswer."""
    try:
        async with (
            httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client,
            client.stream("POST", url, headers=dict(headers), content=body.encode()) as answer,
        ):
            return int(answer.status_code)
    except httpx.HTTPError:  # its text may hold the address
        raise NoAnswer from None
