"""Fly.io's Machines API, as far as an app's secrets go."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from support.providers.standin import Asked, Said

FACTS: Final = {
    "a secret is set by POST of {value}, and the answer has name, digest and version": (
        "superfly/fly-go, flaps/flaps_secrets.go and secret_types.go: SetAppSecretResp"
    ),
    "a secret is deleted by DELETE, and the answer has a version": (
        "superfly/fly-go, secret_types.go: DeleteAppSecretResp"
    ),
    "a list has names and digests and no value": "superfly/fly-go, secret_types.go: AppSecret",
    "what is not there is 404": "(guess)",
    "an app that is not there is 404": "Machines API, 'Apps resource', responses",
    "a token that may not is 401": "Machines API, 'Working with the Machines API'",
    "too many requests are 429": "Machines API, 'Rate limits'",
    "an error is {error, status}": "superfly/fly-go, flaps/flaps_error.go: errorResponse",
    "each change has a greater version, and a list may be asked to be at least so new": (
        "superfly/fly-go, ListAppSecrets; what happens with a greater one: (guess)"
    ),
    "names differ by case": "(guess)",
}

APP: Final = "shop-app"
TOKEN: Final = "FlyV1 fm2_canary-fly-token-3d90"


@dataclass
class Fly:
    """`lags`: lists are as they were before, unless a version is asked for."""

    secrets: dict[str, str] = field(default_factory=dict)
    version: int = 0
    lags: bool = False
    _seen: dict[str, str] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != TOKEN:
            return _error(401, "unauthorized")
        path, _, query = asked.path.partition("?")
        start = f"/v1/apps/{APP}/secrets"
        if not path.startswith(start):
            return _error(404, "app not found")
        name = unquote(path.removeprefix(start).removeprefix("/"))
        match asked.method, name:
            case "GET", "":
                return self._list(parse_qs(query))
            case "POST", _:
                sent: Any = asked.document
                return self._set(name, sent["value"])
            case "DELETE", _ if name in self.secrets:
                self._change(name, None)
                return Said(200, {"version": self.version})
        return _error(404, "not found")

    def throttled(self) -> Said:
        return Said(429, {"error": "rate limit", "status": "unknown"})

    def broken(self, asked: Asked) -> Said:
        return _error(500, asked.body.decode() + str(asked.headers))

    def _list(self, query: dict[str, list[str]]) -> Said:
        is_asked = int(query.get("version", ["0"])[0]) >= self.version
        if is_asked or not self.lags:
            self._seen = dict(self.secrets)
        found = [{"name": name, "digest": _digest(text)} for name, text in self._seen.items()]
        return Said(200, {"secrets": found})

    def _set(self, name: str, value: str) -> Said:
        self._change(name, value)
        return Said(200, {"name": name, "digest": _digest(value), "version": self.version})

    def _change(self, name: str, value: str | None) -> None:
        if value is None:
            del self.secrets[name]
        else:
            self.secrets[name] = value
        self.version += 1


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def _error(status: int, sentence: str) -> Said:
    return Said(status, {"error": sentence, "status": "unknown"})
