"""A project's secrets over HTTP, as typed functions. Every failure is a PxError."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from positronic.names import Name, Value
from px import answers
from px.answers import Fields, Secret
from px.completion.names import KnownNames
from px.connection import Connection
from px.retry import Retry
from px.settings import Target

Entry = tuple[Name, Value]


class Written(NamedTuple):
    created: int
    updated: int


class Client(Connection):
    """One project on one server. Calls are idempotent and are retried.

    `names` is told which names there are, as far as the answers say.
    """

    def __init__(
        self, target: Target, retry: Retry | None = None, names: KnownNames | None = None
    ) -> None:
        super().__init__(target, retry)
        self._names = names or KnownNames(None)

    def create(self, name: Name, value: Value) -> Secret:
        """Write one secret."""
        outcome = self._call("POST", "/secrets", _fields(name, value))
        answer = self._answer(outcome, 201, [value])
        created = answers.read(answer, 201, answers.secret)
        self._names.add([name])
        return created

    def check(self) -> None:
        """Raises PxError unless the server is there, knows the token and the project."""
        self._answer(self._call("GET", "/secrets?limit=1"), 200)

    def list(self) -> Iterator[Secret]:
        """Every secret, in name order, however many pages that takes."""
        found = []
        for secret in self._pages("/secrets", 1000, answers.page):
            found.append(secret.name)
            yield secret
        self._names.replace(found)

    def exists(self, name: Name) -> bool:
        answer = self._answer(self._call("GET", f"/secrets/{name}/exists"), 200)
        return answers.read(answer, 200, lambda found: answers.truth(found["exists"]))

    def delete(self, name: Name) -> None:
        """Raises Refused `not_found`, unless it was an earlier attempt of ours that deleted it."""
        self._remove(f"/secrets/{name}")
        self._names.discard(name)

    def bulk(self, entries: Sequence[Entry]) -> Written:
        """Write several secrets; `uncertain` on the error says whether some may be written."""
        body = {"secrets": [_fields(name, value) for name, value in entries]}
        outcome = self._call("POST", "/secrets/bulk", body)
        answer = self._answer(outcome, 201, [value for _, value in entries])
        written = answers.read(answer, 201, _written)
        self._names.add(name for name, _ in entries)
        return written


def _fields(name: Name, value: Value) -> dict[str, object]:
    return {"name": name, "value": value.reveal()}


def _written(found: Fields) -> Written:
    return Written(answers.number(found["created"]), answers.number(found["updated"]))
