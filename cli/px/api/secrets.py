"""A project's secrets over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from positronic.names import Name, Value
from px.api import decode, doubt
from px.api.client import Client, entry_path
from px.api.decode import Fields
from px.completion.names import KnownNames

Entry = tuple[Name, Value]


class Secret(NamedTuple):
    """A name and its dates: all that a server ever tells about a secret.

    `is_unreadable`: a corrupt entry, whose name may be any text; it has no dates.
    """

    name: str
    created_at: str
    updated_at: str
    is_unreadable: bool = False

    def document(self) -> dict[str, object]:
        """As in the contract."""
        if self.is_unreadable:
            return {"name": self.name, "unreadable": True}
        return {"name": self.name, "createdAt": self.created_at, "updatedAt": self.updated_at}


class Written(NamedTuple):
    """How many secrets were written."""

    created: int
    updated: int


class Secrets:
    """Calls are idempotent and retried. `names` is updated with the names in the answers."""

    def __init__(self, client: Client, names: KnownNames | None = None) -> None:
        self.client = client
        self._names = names or KnownNames(None)

    def create(self, name: Name, value: Value) -> Secret:
        """Creates or updates one secret."""
        created = self.client.write(
            "/secrets", _fields(name, value), _secret, doubt.CREATE, values=[value]
        )
        self._names.add([name])
        return created

    def list(self) -> Iterator[Secret]:
        """Every secret, in name order, over all pages."""
        found = []
        for secret in self.client.pages("/secrets", "secrets", _listed):
            if not secret.is_unreadable:
                found.append(secret.name)
            yield secret
        self._names.replace(found)

    def exists(self, name: Name) -> bool:
        return self.client.get(
            f"/secrets/{name}/exists", lambda found: decode.truth(found["exists"])
        )

    def delete(self, name: str, unknown: doubt.Doubt = doubt.DELETE) -> None:
        """Deletes any listed entry, even an unreadable one without a valid name.

        Raises Refused `not_found`, unless an earlier attempt of this call deleted it.
        """
        self.client.remove(entry_path("/secrets", "name", name), unknown)
        self._names.discard(name)

    def bulk(self, entries: Sequence[Entry]) -> Written:
        """Writes several secrets; `uncertain` on the error: some may be written."""
        body = {"secrets": [_fields(name, value) for name, value in entries]}
        values = [value for _, value in entries]
        written = self.client.write("/secrets/bulk", body, _written, doubt.BULK, values=values)
        self._names.add(name for name, _ in entries)
        return written


def _secret(found: Fields) -> Secret:
    return Secret(
        decode.name(found["name"]),
        decode.time(found["createdAt"]),
        decode.time(found["updatedAt"]),
    )


def _listed(found: Fields) -> Secret:
    """An item of a list, which may be unreadable."""
    if not decode.is_unreadable(found):
        return _secret(found)
    return Secret(decode.text(found["name"]), "", "", is_unreadable=True)


def _fields(name: Name, value: Value) -> dict[str, object]:
    return {"name": name, "value": value.reveal()}


def _written(found: Fields) -> Written:
    return Written(decode.number(found["created"]), decode.number(found["updated"]))
