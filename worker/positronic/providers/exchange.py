"""One call of a provider's API, and what the statuses mean that all of them have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from positronic.errors import RateLimited, StoreFailed, TargetRefused
from positronic.outgoing import Answer, NoAnswer, Send

LONGEST_ANSWER: Final = 1024 * 1024  # bytes; a list of 1,000 names has 0.2 MB
LONGEST_WAIT: Final = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Exchange:
    """`provider`: what errors call it."""

    provider: str
    send: Send = field(repr=False)

    async def call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """A success or a refusal. Raises StoreFailed, RateLimited, TargetRefused."""
        answer = await self._answer(method, url, headers, body)
        if answer.status == 429:
            raise self.rate_limited(answer)
        if 300 <= answer.status < 400:
            raise TargetRefused(
                f"{self.provider} answered with a redirect, and those are never followed: "
                "configure the address that answers by itself"
            )
        if not 200 <= answer.status < 500:
            raise self.failed(answer)
        return answer

    async def _answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        try:
            return await self.send(method, url, headers, body)
        except NoAnswer:
            pass  # outside of the handler: its context could hold what was sent
        raise StoreFailed(f"{self.provider} did not answer")

    def rate_limited(self, answer: Answer) -> RateLimited:
        told = answer.headers.get("retry-after", "")
        is_number = told.isascii() and told.isdigit()
        headers = {"Retry-After": str(min(int(told[:9]), LONGEST_WAIT))} if is_number else {}
        return RateLimited(f"{self.provider} asks for fewer calls", headers=headers)

    def failed(self, answer: Answer) -> StoreFailed:
        return StoreFailed(f"{self.provider} answered {answer.status}, which was not expected")

    def document(self, answer: Answer) -> Reply:
        """The JSON object that an answer is. Raises StoreFailed."""
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self.unreadable()
        return Reply(self, found)

    def unreadable(self) -> StoreFailed:
        return StoreFailed(f"{self.provider} answered something that cannot be read")


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON object; each field is of the type that is asked for, or StoreFailed is raised."""

    exchange: Exchange
    fields: Mapping[str, object] = field(repr=False)

    def text(self, key: str) -> str:
        found = self.fields.get(key)
        if isinstance(found, str) and len(found) <= 200 and found.isprintable():
            return found
        raise self.exchange.unreadable()

    def number(self, key: str) -> int:
        found = self.fields.get(key)
        if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
            return found
        raise self.exchange.unreadable()

    def inner(self, key: str) -> Reply:
        return self._as_reply(self.fields.get(key))

    def listed(self, key: str) -> list[Reply]:
        """A list of objects; empty if it is missing."""
        return [self._as_reply(one) for one in self._list(key)]

    def texts(self, key: str) -> list[str]:
        found = self._list(key)
        if all(isinstance(one, str) for one in found):
            return [str(one) for one in found]
        raise self.exchange.unreadable()

    def _list(self, key: str) -> list[object]:
        found = self.fields.get(key, [])
        if isinstance(found, list):
            return found
        raise self.exchange.unreadable()

    def _as_reply(self, found: object) -> Reply:
        if isinstance(found, dict):
            return Reply(self.exchange, found)
        raise self.exchange.unreadable()
