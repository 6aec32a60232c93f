"""A Vault with one KV engine of version 2, as far as targets, values and imports ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from support.providers.standin import Asked, Said

FACTS: Final = {
    "of what is not there, the status is 404 and the list of errors is empty": (
        "Vault, http/handler.go: respondError with no errors for a nil response"
    ),
    "a path without an engine is 404 with a sentence": (
        "Vault, vault/router.go: 'no handler for route'"
    ),
    "a cas that is not the current version is 400": (
        "vault-plugin-secrets-kv, path_data.go: 'check-and-set parameter did not match'"
    ),
    "a cas of 0 writes only what has no version": "KV v2 API, 'Create/Update secret', cas",
    "metadata can be written before there is a version": (
        "KV v2 API, 'Create/Update metadata'; `vault kv metadata put` says 'a blank key'"
    ),
    "metadata is written with 204, data with 200": "KV v2 API, sample responses",
    "custom_metadata of a path without any is null": "KV v2 API, 'Read secret metadata'",
    "deleting data keeps the path, and gives its version a deletion_time": (
        "KV v2 API, 'Delete latest version of secret'"
    ),
    "deleting metadata removes all, and also where nothing is it is 204": (
        "KV v2 API, 'Delete metadata and all versions'; the second half: vault-plugin-secrets-kv, "
        "path_metadata.go"
    ),
    "a token that may not is 403": "Vault API, 'HTTP status codes'",
    "a namespace is a header": "Vault API, X-Vault-Namespace; OpenBao has the same",
}

TOKEN: Final = "hvs.canary-vault-token-88c1"
CAS: Final = "check-and-set parameter did not match the current version"


@dataclass
class _Path:
    custom: dict[str, str] | None = None
    versions: dict[int, str | None] = field(default_factory=dict)

    @property
    def current(self) -> int:
        return max(self.versions, default=0)


@dataclass
class Vault:
    """`mount` in the namespace; None: the root one. `may_not`: (method, kind) of the token."""

    mount: str = "kv"
    namespace: str | None = None
    may_not: set[tuple[str, str]] = field(default_factory=set)
    paths: dict[str, _Path] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Said:
        if asked.headers.get("x-vault-token") != TOKEN:
            return _errors(403, "permission denied")
        path = unquote(asked.path.removeprefix("/v1/"))
        is_here = asked.headers.get("x-vault-namespace") == self.namespace
        for kind in ("data", "metadata"):
            start = f"{self.mount}/{kind}/"
            if is_here and path.startswith(start):
                if (asked.method, kind) in self.may_not:
                    return _errors(403, "permission denied")
                return self._of(kind, path.removeprefix(start), asked)
        return _errors(404, f"no handler for route '{path}'. route entry not found.")

    def throttled(self) -> Said:
        return Said(429, {"errors": ["request path exceeded the rate limit"]}, {"Retry-After": "7"})

    def broken(self, asked: Asked) -> Said:
        return _errors(500, asked.body.decode() + str(asked.headers))

    def plant(self, path: str, value: str) -> None:
        """Somebody else's."""
        found = self.paths.setdefault(path, _Path())
        found.versions[found.current + 1] = value

    def _of(self, kind: str, path: str, asked: Asked) -> Said:
        match kind, asked.method:
            case "metadata", "GET":
                return self._read(path)
            case "metadata", "POST":
                sent: Any = asked.document
                self.paths.setdefault(path, _Path()).custom = sent["custom_metadata"]
                return Said(204)
            case "metadata", "DELETE":
                self.paths.pop(path, None)
                return Said(204)
            case "data", "POST":
                return self._write(path, asked.document)
            case "data", "DELETE":
                found = self.paths[path]
                found.versions[found.current] = None
                return Said(204)
        return _errors(405, "unsupported operation")

    def _read(self, path: str) -> Said:
        if path not in self.paths:
            return _errors(404)
        found = self.paths[path]
        versions = {
            str(number): {
                "created_time": "2026-11-27T10:00:00.000000Z",
                "deletion_time": "" if text is not None else "2026-11-27T11:00:00.000000Z",
                "destroyed": False,
            }
            for number, text in found.versions.items()
        }
        data = {"custom_metadata": found.custom, "versions": versions}
        return Said(200, {"data": {**data, "current_version": found.current}})

    def _write(self, path: str, sent: Mapping[str, Any]) -> Said:
        found = self.paths.get(path, _Path())
        cas = sent.get("options", {}).get("cas")
        if cas is not None and cas != found.current:
            return _errors(400, CAS)
        found.versions[found.current + 1] = sent["data"]["value"]
        self.paths[path] = found
        return Said(200, {"data": {"version": found.current, "destroyed": False}})


def _errors(status: int, *errors: str) -> Said:
    return Said(status, {"errors": list(errors)})
