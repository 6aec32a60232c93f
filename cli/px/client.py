"""The HTTP API as typed functions. Every failure is a PxError."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from positronic.names import Name, Value
from px import answers
from px.answers import Secret
from px.exchange import Answer, Lost, may_have_acted
from px.failures import NotReached, PxError
from px.retry import Outcome, Retry
from px.settings import Target

if TYPE_CHECKING:
    from px.transport import Transport

Entry = tuple[Name, Value]

# Answers that leave nothing in doubt: nothing was written, or what was not is named.
_CERTAIN: Final = frozenset(
    {"audit_unavailable", "not_configured", "rate_limited", "partial_write"}
)


@dataclass(frozen=True, slots=True)
class Written:
    created: int
    updated: int


class Client:
    """One project on one server. Calls are idempotent and are retried."""

    def __init__(self, target: Target, retry: Retry | None = None) -> None:
        self._target = target
        self._retry = retry or Retry(target.timeout)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        if "_transport" in self.__dict__:
            self._transport.close()

    def create(self, name: Name, value: Value) -> Secret:
        """Write one secret."""
        outcome = self._call("POST", "/secrets", _fields(name, value))
        answer = self._answer(outcome, 201, [value])
        return answers.read(answer, 201, answers.secret)

    def list(self) -> Iterator[Secret]:
        """Every secret, in name order, however many pages that takes."""
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            answer = self._answer(self._call("GET", _list_path(cursor)), 200)
            page, cursor = answers.read(answer, 200, answers.page)
            yield from page
            if cursor is None:
                return
            if cursor in seen:
                raise answers.stranger(answer)
            seen.add(cursor)

    def exists(self, name: Name) -> bool:
        answer = self._answer(self._call("GET", f"/secrets/{name}/exists"), 200)
        return answers.read(answer, 200, lambda found: answers.truth(found["exists"]))

    def delete(self, name: Name) -> None:
        """Raises Refused `not_found`, unless it was an earlier attempt of ours that deleted it."""
        outcome = self._call("DELETE", f"/secrets/{name}")
        try:
            self._answer(outcome, 204)
        except PxError as error:
            if not (outcome.uncertain and error.code == "not_found"):
                raise

    def bulk(self, entries: Sequence[Entry]) -> Written:
        """Write several secrets; `uncertain` on the error says whether some may be written."""
        body = {"secrets": [_fields(name, value) for name, value in entries]}
        outcome = self._call("POST", "/secrets/bulk", body)
        answer = self._answer(outcome, 201, [value for _, value in entries])
        return answers.read(answer, 201, _written)

    @cached_property
    def _transport(self) -> Transport:
        from px.transport import Transport  # it imports httpx: only for a request

        target = self._target
        headers = {"Authorization": f"Bearer {target.token}", "User-Agent": "px"}
        headers["Accept"] = "application/json"
        if target.project is not None:
            headers["X-Positronic-Project"] = target.project
        return Transport(target.address, headers)

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Outcome:
        data = None if body is None else encode(body)
        return self._retry.run(lambda timeout: self._transport.send(method, path, data, timeout))

    def _answer(self, outcome: Outcome, status: int, values: Sequence[Value] = ()) -> Answer:
        """The answer, if it has the status of success; else raises what it says."""
        if isinstance(outcome.result, Answer) and outcome.result.status == status:
            return outcome.result
        error = self._failure(outcome.result, values)
        acted = may_have_acted(outcome.result) and error.code not in _CERTAIN
        error.uncertain = outcome.uncertain or acted
        if error.code == "partial_write":
            before = [self._failure(one, values) for one in outcome.earlier if may_have_acted(one)]
            _join_partial(error, before)
        raise error

    def _failure(self, result: Answer | Lost, values: Sequence[Value]) -> PxError:
        if isinstance(result, Lost):
            return NotReached(
                f"{self._target.address.origin} cannot be reached: {result.reason}",
                code="not_reached",
            )
        hidden = [self._target.token]
        for value in values:
            hidden += [value.reveal(), *value.reveal().splitlines()]
        return answers.refusal(result, hidden)


def _join_partial(error: PxError, before: Sequence[PxError]) -> None:
    """What any attempt wrote is written: leaves in `error` what none of them did."""
    left = {detail.name for detail in error.details}
    for other in before:
        left &= {detail.name for detail in other.details}
    if left and all(other.code == "partial_write" for other in before):
        error.uncertain = False
        error.details = tuple(detail for detail in error.details if detail.name in left)


def encode(body: object) -> bytes:
    """JSON in UTF-8, as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _fields(name: Name, value: Value) -> dict[str, object]:
    return {"name": name, "value": value.reveal()}


def _list_path(cursor: str | None) -> str:
    from urllib.parse import urlencode

    query = {"limit": "1000"} | ({} if cursor is None else {"cursor": cursor})
    return f"/secrets?{urlencode(query)}"


def _written(found: Mapping[str, object]) -> Written:
    return Written(answers.number(found["created"]), answers.number(found["updated"]))
