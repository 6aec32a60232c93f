"""Calls of an AWS service with the JSON 1.1 protocol: signed, and errors told by their codes.

Source: "AWS JSON 1.1 protocol" in the documentation of Smithy: an action is named by the header
X-Amz-Target, and an error by `__type` in the body, whose part before `#` does not count.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from positronic.errors import PositronicError, StoreFailed, TargetRefused
from positronic.outgoing import Answer
from positronic.ports import Clock
from positronic.providers.aws_errors import PASSING, REFUSALS, THROTTLED
from positronic.providers.exchange import Exchange, Reply
from positronic.providers.sigv4 import Credentials, Scope, signed

CONTENT_TYPE: Final = "application/x-amz-json-1.1"
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call answered; `code` is empty, or one of the errors that the caller expects."""

    code: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class AwsApi:
    """One service in one region. `prefix`: of X-Amz-Target, before the action's name."""

    exchange: Exchange
    prefix: str
    scope: Scope
    endpoint: str
    credentials: Credentials = field(repr=False)
    clock: Clock

    async def call(
        self, action: str, name: str, sent: Mapping[str, object], expects: Collection[str] = ()
    ) -> Outcome:
        """`name`: whom errors speak of. Raises StoreFailed, RateLimited, TargetRefused."""
        body = json.dumps(sent).encode()
        headers = {"Content-Type": CONTENT_TYPE, "X-Amz-Target": f"{self.prefix}.{action}"}
        signed_headers = signed(
            host_of(self.endpoint), headers, body, self.scope, self.credentials, self.clock()
        )
        answer = await self.exchange.call("POST", f"{self.endpoint}/", signed_headers, body)
        if answer.status == 200:
            return Outcome("", self.exchange.document(answer))
        code = self._code(answer)
        if code in expects:
            return Outcome(code, Reply(self.exchange, {}))
        raise self._error(code, action, name, answer)

    def _code(self, answer: Answer) -> str:
        """As the body has it; an answer without one has none."""
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            return ""
        told = found.get("__type") if isinstance(found, dict) else None
        return told.rpartition("#")[2] if isinstance(told, str) else ""

    def _error(self, code: str, action: str, name: str, answer: Answer) -> PositronicError:
        """A code is told only if it is known: a server could put anything there."""
        who = self.exchange.provider
        if code in THROTTLED:
            return self.exchange.rate_limited(answer)
        if code in PASSING:
            return StoreFailed(f"{who} failed: {code}")
        if code in REFUSALS:
            told = {"action": action, "name": name, "service": self.scope.service}
            return TargetRefused(f"{REFUSALS[code].format(**told)} ({code})")
        return self.exchange.failed(answer)


def host_of(endpoint: str) -> str:
    """As HTTP clients put it into the header Host."""
    parts = urlsplit(endpoint)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    standard = parts.port in (None, _DEFAULT_PORTS.get(parts.scheme))
    return host if standard else f"{host}:{parts.port}"
