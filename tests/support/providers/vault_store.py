"""What a KV v2 engine of Vault keeps under its paths, and what it does with versions.

The facts, from HashiCorp's documentation of "KV secrets engine - version 2 (API)" and the source of
the plugin vault-plugin-secrets-kv, named F1 and so on here and where one is relied on. No Vault or
OpenBao server was ever contacted.

F1  POST data/P makes a version, numbered from 1; `options.cas` must be the current version, 0 for
    none there; else 400 with "check-and-set parameter did not match the current version".
    After a soft deletion the number goes on (path_data.go, pathDataWrite).
F2  GET data/P of a deleted or destroyed version is a 404 that has `data.metadata` and `data: null`;
    of a path that was never written, or a version that is gone, a 404 with `errors: []`.
F3  DELETE data/P deletes the newest version softly; POST undelete/P {versions} takes it back;
    PUT or POST destroy/P {versions} removes what they hold for good, and keeps their metadata.
F4  GET metadata/P: current_version, oldest_version, max_versions, cas_required, custom_metadata,
    versions {"1": {created_time, deletion_time, destroyed}}. DELETE metadata/P removes all of it,
    and the next version is 1 again.
F5  LIST metadata/P: the names right below, folders with a `/` at the end; 404 when there are none.
F6  max_versions 0 is 10; the oldest go when there are more (defaultMaxVersions of the plugin).
F7  custom_metadata: texts by name; POST metadata/P makes the path without a version, and what it
    does not name stays.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

DEFAULT_VERSIONS: Final = 10

Json = dict[str, Any]


class Refusal(Exception):
    """A status and the `errors` of its body; `data` for a 404 that has some (F2)."""

    def __init__(self, status: int, *errors: str, data: Json | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.errors = list(errors)
        self.data = data


@dataclass
class Version:
    data: Json | None
    created_time: str
    deletion_time: str = ""
    destroyed: bool = False

    @property
    def is_gone(self) -> bool:
        return self.destroyed or bool(self.deletion_time)

    def shown(self) -> Json:
        return {
            "created_time": self.created_time,
            "deletion_time": self.deletion_time,
            "destroyed": self.destroyed,
        }


@dataclass
class Entry:
    """One path: its versions and its settings."""

    versions: dict[int, Version] = field(default_factory=dict)
    current: int = 0
    settings: Json = field(default_factory=dict)

    def write(self, data: Json, cas: int | None) -> Json:
        if cas is None and self.settings.get("cas_required"):
            raise Refusal(400, "check-and-set parameter required for this call")
        if cas is not None and cas != self.current:
            raise Refusal(400, "check-and-set parameter did not match the current version")
        self.current += 1
        self.versions[self.current] = Version(data, _now())
        most = self.settings.get("max_versions") or DEFAULT_VERSIONS
        for number in [one for one in self.versions if one <= self.current - most]:
            del self.versions[number]
        return self.metadata(self.current)

    def read(self, number: int) -> Json:
        wanted = number or self.current
        version = self.versions.get(wanted)
        if version is None:
            raise Refusal(404)
        if version.is_gone:
            raise Refusal(404, data={"data": None, "metadata": self.metadata(wanted)})
        return {"data": version.data, "metadata": self.metadata(wanted)}

    def delete(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if number in self.versions and not self.versions[number].is_gone:
                self.versions[number].deletion_time = _now()

    def undelete(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if number in self.versions and not self.versions[number].destroyed:
                self.versions[number].deletion_time = ""

    def destroy(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if number in self.versions:
                self.versions[number].data, self.versions[number].destroyed = None, True

    def metadata(self, number: int) -> Json:
        custom = self.settings.get("custom_metadata")
        return {**self.versions[number].shown(), "version": number, "custom_metadata": custom}

    def shown(self) -> Json:
        return {
            "current_version": self.current,
            "oldest_version": min(self.versions, default=0),
            "max_versions": self.settings.get("max_versions", 0),
            "cas_required": self.settings.get("cas_required", False),
            "custom_metadata": self.settings.get("custom_metadata"),
            "versions": {str(number): one.shown() for number, one in self.versions.items()},
        }


class Engine:
    """A mount: entries by path."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def entry(self, path: str) -> Entry:
        if path not in self.entries:
            raise Refusal(404)
        return self.entries[path]

    def write(self, path: str, data: Json, cas: int | None = None) -> Json:
        entry = self.entries.get(path, Entry())
        written = entry.write(data, cas)
        self.entries[path] = entry
        return written

    def set(self, path: str, settings: Json) -> None:
        self.entries.setdefault(path, Entry()).settings.update(settings)

    def list(self, folder: str) -> Json:
        start = f"{folder.rstrip('/')}/" if folder else ""
        below = [path[len(start) :] for path in self.entries if path.startswith(start)]
        names = {f"{name.partition('/')[0]}/" if "/" in name else name for name in below}
        if not names:
            raise Refusal(404)
        return {"keys": sorted(names)}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".123456789Z"
