"""A sender whose answers are known beforehand, for those that are hard to get from a stand-in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from positronic.outgoing import Answer


@dataclass
class Canned:
    """`answers` in turn: (status, document or bytes); the last one again and again."""

    answers: Sequence[tuple[int, object]]
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        count = len(self.sent)
        self.headers.append(headers)
        self.sent.append((method, url, json.loads(body) if body else None))
        status, said = self.answers[min(count, len(self.answers) - 1)]
        return Answer(status, {}, said if isinstance(said, bytes) else json.dumps(said).encode())
