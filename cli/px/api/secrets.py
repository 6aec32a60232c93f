"""A project's secrets over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from positronic.names import Name, Value
from px.api import decode, doubt
from px.api.client import Client, entry_path
from px.api.decode import Fields
from px.completion.names import KnownNames

Entry = tuple[Name, Value]


@dataclass(frozen=True, slots=True)
class Secret:
    """A name, dates and a version: all that a server ever tells about a secret.

    `is_unreadable`: a corrupt entry, whose name may be any text; it has no dates. `updated_by`: the
    principal, as events name it. `sealed_at`: when its value was written. `due`: when it expires or
    is to be rotated. `deleted_at`, `kept_until`: only of a deleted one. A field is None if it does
    not apply, or if an older server does not tell it.
    """

    name: str
    created_at: str
    updated_at: str
    is_unreadable: bool = False
    version: int | None = None
    updated_by: Mapping[str, str] | None = None
    sealed_at: str | None = None
    last_read_at: str | None = None
    expires_at: str | None = None
    rotate_every: int | None = None
    enforce: bool | None = None
    due: str | None = None
    note: str | None = None
    deleted_at: str | None = None
    kept_until: str | None = None
    restored_from: int | None = None

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and datetime.fromisoformat(self.expires_at) <= now

    def document(self) -> dict[str, object]:
        """As in the contract."""
        if self.is_unreadable:
            return {"name": self.name, "unreadable": True}
        found: dict[str, object] = {
            "name": self.name,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }
        optional = {
            "version": self.version,
            "updatedBy": None if self.updated_by is None else dict(self.updated_by),
            "sealedAt": self.sealed_at,
            "lastReadAt": self.last_read_at,
            "expiresAt": self.expires_at,
            "rotateEvery": self.rotate_every,
            "enforce": self.enforce,
            "due": self.due,
            "note": self.note,
            "deletedAt": self.deleted_at,
            "keptUntil": self.kept_until,
            "restoredFrom": self.restored_from,
        }
        return found | {key: told for key, told in optional.items() if told is not None}


class Standing(NamedTuple):
    """Whether there is a secret. `opens`: whether the server says that it opens."""

    exists: bool
    opens: bool

    def document(self) -> dict[str, bool]:
        return {"exists": self.exists, **({"opens": True} if self.opens else {})}


class Written(NamedTuple):
    """How many secrets were written."""

    created: int
    updated: int


class Secrets:
    """Calls are idempotent and retried. `names` is updated with the names in the answers."""

    def __init__(self, client: Client, names: KnownNames | None = None) -> None:
        self.client = client
        self._names = names or KnownNames(None)

    def create(self, name: Name, value: Value, if_version: int | None = None) -> Secret:
        """Creates or updates one secret.

        `if_version`: only if this is its version, 0: only if there is none. Raises Refused
        `version_mismatch` otherwise.
        """
        body = _fields(name, value, if_version)
        created = self.client.write("/secrets", body, secret, doubt.CREATE, values=[value])
        self._names.add([name])
        return created

    def list(self) -> Iterator[Secret]:
        """Every secret, in name order, over all pages."""
        found = []
        for one in self.client.pages("/secrets", "secrets", _listed):
            if not one.is_unreadable:
                found.append(one.name)
            yield one
        self._names.replace(found)

    def some(
        self, query: Mapping[str, str], look: Callable[[Fields], None] = lambda _: None
    ) -> Iterator[Secret]:
        """Those that match, such as `deleted`; the names for completion stay as they are.

        `look` gets each page.
        """
        return self.client.pages("/secrets", "secrets", _listed, query=query, look=look)

    def exists(self, name: Name) -> bool:
        return self.standing(name).exists

    def standing(self, name: Name) -> Standing:
        """Raises Refused or ServerFailed for one that does not open, by why."""
        return self.client.get(f"/secrets/{name}/exists", standing)

    def delete(
        self,
        name: str,
        unknown: doubt.Doubt = doubt.DELETE,
        *,
        if_version: int | None = None,
        is_destroyed: bool = False,
    ) -> None:
        """Deletes any listed entry, even an unreadable one without a valid name.

        `is_destroyed`: with all its versions, for good. Raises Refused `not_found`, unless an
        earlier attempt of this call deleted it.
        """
        query = {"destroy": "true"} if is_destroyed else {}
        query |= {} if if_version is None else {"ifVersion": str(if_version)}
        self.client.remove(entry_path("/secrets", "name", name, query), unknown)
        self._names.discard(name)

    def note(self, name: Name) -> None:
        """It is there again, for completion."""
        self._names.add([name])

    def bulk(
        self, entries: Sequence[Entry], if_versions: Mapping[str, int] | None = None
    ) -> Written:
        """Writes several secrets: all, or none if one has another version than in `if_versions`.

        A name that is not in it must be new. `uncertain` on the error: they may be written.
        """
        body = {"secrets": [_fields(*entry, _expected(if_versions, entry)) for entry in entries]}
        values = [value for _, value in entries]
        written = self.client.write("/secrets/bulk", body, _written, doubt.BULK, values=values)
        self._names.add(name for name, _ in entries)
        return written


def secret(found: Fields) -> Secret:
    return Secret(
        decode.name(found["name"]),
        decode.time(found["createdAt"]),
        decode.time(found["updatedAt"]),
        version=_number(found, "version"),
        updated_by=decode.actor(found.get("updatedBy")),
        sealed_at=_time(found, "sealedAt"),
        last_read_at=_time(found, "lastReadAt"),
        expires_at=_time(found, "expiresAt"),
        rotate_every=_number(found, "rotateEvery"),
        enforce=decode.optional(decode.truth, found.get("enforce")),
        due=_time(found, "due"),
        note=decode.optional(decode.text, found.get("note")),
        deleted_at=_time(found, "deletedAt"),
        kept_until=_time(found, "keptUntil"),
        restored_from=_number(found, "restoredFrom"),
    )


def standing(found: Fields) -> Standing:
    """Raises ValueError for one that is said not to open: that is an error in the contract."""
    exists, opens = decode.truth(found["exists"]), "opens" in found
    if opens and not (exists and decode.truth(found["opens"])):
        raise ValueError
    return Standing(exists, opens)


def _time(found: Fields, key: str) -> str | None:
    return decode.optional(decode.time, found.get(key))


def _number(found: Fields, key: str) -> int | None:
    return decode.optional(decode.number, found.get(key))


def _listed(found: Fields) -> Secret:
    """An item of a list, which may be unreadable."""
    if not decode.is_unreadable(found):
        return secret(found)
    return Secret(decode.text(found["name"]), "", "", is_unreadable=True)


def _expected(if_versions: Mapping[str, int] | None, entry: Entry) -> int | None:
    return None if if_versions is None else if_versions.get(entry[0], 0)


def _fields(name: Name, value: Value, if_version: int | None = None) -> dict[str, object]:
    found: dict[str, object] = {"name": name, "value": value.reveal()}
    return found if if_version is None else found | {"ifVersion": if_version}


def _written(found: Fields) -> Written:
    return Written(decode.number(found["created"]), decode.number(found["updated"]))
