"""A project's secrets over HTTP, as typed functions. Every failure is a PxError."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from positronic.names import Name, Value
from px.api import decode, doubt
from px.api.connection import Connection, entry_path
from px.api.decode import Fields, Secret
from px.completion.names import KnownNames
from px.http.retry import Retry
from px.settings import Target

Entry = tuple[Name, Value]


class Written(NamedTuple):
    """`unknown`: written, but created or updated is unknown, as an answer was lost."""

    created: int
    updated: int
    unknown: int = 0


class Client(Connection):
    """One project's secrets on one server. Calls are idempotent and are retried.

    `names` is updated with the names that the answers show.
    """

    def __init__(
        self, target: Target, retry: Retry | None = None, names: KnownNames | None = None
    ) -> None:
        super().__init__(target, retry)
        self._names = names or KnownNames(None)

    def create(self, name: Name, value: Value) -> Secret:
        """Creates or updates one secret."""
        created, retried = self._write(
            "/secrets", _fields(name, value), decode.secret, doubt.CREATE, values=[value]
        )
        self._names.add([name])
        return created._replace(retried=retried)

    def check(self) -> None:
        """Raises PxError unless the server answers and accepts the token and the project."""
        self._answer(self._call("GET", "/secrets?limit=1"), 200)

    def list(self) -> Iterator[Secret]:
        """Every secret, in name order, over all pages."""
        found = []
        for secret in self._pages("/secrets", 1000, decode.page):
            if not secret.is_unreadable:
                found.append(secret.name)
            yield secret
        self._names.replace(found)

    def exists(self, name: Name) -> bool:
        answer = self._answer(self._call("GET", f"/secrets/{name}/exists"), 200)
        return decode.read(answer, 200, lambda found: decode.truth(found["exists"]))

    def delete(self, name: str, unknown: doubt.Doubt = doubt.DELETE) -> None:
        """Deletes any listed entry, even an unreadable one without a valid name.

        Raises Refused `not_found`, unless an earlier attempt of this call deleted it.
        """
        self._remove(entry_path("/secrets", "name", name), unknown)
        self._names.discard(name)

    def bulk(self, entries: Sequence[Entry]) -> Written:
        """Writes several secrets; `uncertain` on the error: some may be written."""
        body = {"secrets": [_fields(name, value) for name, value in entries]}
        values = [value for _, value in entries]
        written, retried = self._write("/secrets/bulk", body, _written, doubt.BULK, values=values)
        self._names.add(name for name, _ in entries)
        # This attempt updated what the lost one had created.
        return Written(written.created, 0, written.updated) if retried else written


def _fields(name: Name, value: Value) -> dict[str, object]:
    return {"name": name, "value": value.reveal()}


def _written(found: Fields) -> Written:
    return Written(decode.number(found["created"]), decode.number(found["updated"]))
