"""The versions of a secret over HTTP: listed, written again and destroyed, never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.names import Name
from px.api import decode, doubt
from px.api.client import Client
from px.api.decode import Fields
from px.api.secrets import Secret, secret

STATES: Final = ("current", "previous", "deleted", "destroyed")
_STATE: Final = re.compile("|".join(STATES))


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """`by`: the principal that wrote it, as events name it; None: not recorded.

    `restored_from`: the version whose value it has again. `is_unreadable`: a corrupt entry, which
    has nothing but a number.
    """

    version: int
    state: str
    created_at: str
    by: Mapping[str, str] | None = None
    restored_from: int | None = None
    is_unreadable: bool = False

    def document(self) -> dict[str, object]:
        """As in the contract."""
        if self.is_unreadable:
            return {"version": self.version, "unreadable": True}
        found: dict[str, object] = {
            "version": self.version,
            "state": self.state,
            "createdAt": self.created_at,
        }
        by = {} if self.by is None else {"by": dict(self.by)}
        origin = {} if self.restored_from is None else {"restoredFrom": self.restored_from}
        return found | by | origin


@dataclass(frozen=True, slots=True)
class History:
    """Newest first. `kept_until`: when a deleted version, and those before it, are removed."""

    name: str
    versions: tuple[SecretVersion, ...]
    kept_until: str | None = None

    @property
    def restorable_until(self) -> str | None:
        """None: it cannot be restored, as it is not deleted or was destroyed."""
        is_deleted = bool(self.versions) and self.versions[0].state == "deleted"
        return self.kept_until if is_deleted else None

    def same_value(self, version: int) -> list[int]:
        """The other versions that are there and known to have this one's value, by a rollback."""
        origin = {one.version: one.restored_from for one in self.versions}

        def first(number: int) -> int:
            while (earlier := origin.get(number)) is not None and earlier < number:
                number = earlier
            return number

        return [
            one.version
            for one in self.versions
            if one.version != version
            and one.state not in ("", "destroyed")
            and first(one.version) == first(version)
        ]

    def beyond(self, keep: int) -> int:
        """How many versions go if only this many are kept; what has no value does not count."""
        newest = self.versions[0]
        if newest.state == "deleted":
            return 0
        states = [one.state for one in self.versions if one.version <= newest.version - keep]
        return len(states) - states.count("destroyed")

    def document(self) -> dict[str, object]:
        versions = [one.document() for one in self.versions]
        kept = {} if self.kept_until is None else {"keptUntil": self.kept_until}
        return {"name": self.name, "versions": versions, "count": len(versions)} | kept


class Versions:
    """Of one secret."""

    def __init__(self, client: Client, name: Name) -> None:
        self._client = client
        self._name = name

    def history(self) -> History:
        """Raises Refused `not_found`."""
        return self._client.get(f"/secrets/{self._name}/versions", self._history)

    def rollback(self, to: int, if_version: int | None = None) -> Secret:
        """Makes the value of an earlier version current again, as a new version."""
        expected = {} if if_version is None else {"ifVersion": if_version}
        path = f"/secrets/{self._name}/rollback"
        return self._client.write(path, {"to": to, **expected}, secret, doubt.ROLLBACK)

    def restore(self) -> Secret:
        """Brings a deleted secret back, as a new version."""
        return self._client.write(f"/secrets/{self._name}/restore", None, secret, doubt.RESTORE)

    def destroy_version(self, version: int) -> None:
        """One version that is not current, for good."""
        self._client.remove(f"/secrets/{self._name}/versions/{version}", doubt.DESTROY)

    def _history(self, found: Fields) -> History:
        versions = tuple(decode.items(found, "versions", _version))
        return History(self._name, versions, decode.optional(decode.time, found.get("keptUntil")))


def _version(found: Fields) -> SecretVersion:
    if decode.is_unreadable(found):
        return SecretVersion(decode.number(found["version"]), "", "", is_unreadable=True)
    return SecretVersion(
        decode.number(found["version"]),
        decode.matching(_STATE, found["state"]),
        decode.time(found["createdAt"]),
        decode.actor(found.get("by")),
        decode.optional(decode.number, found.get("restoredFrom")),
    )
