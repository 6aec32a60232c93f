"""A stand-in for Vault or OpenBao on loopback: tokens, namespaces and KV v2 (`vault_store`).

F8  `X-Vault-Token` is a token; without a right one 403 with "permission denied", also for a path
    that is not there. `X-Vault-Namespace` selects another world with mounts of its own.
F9  Answers are {request_id, lease_id, renewable, data, ...}; failures {"errors": [...]}. What has
    nothing to say is 204.
F10 A list is `LIST path`, or `GET path?list=true` (documentation: "HTTP API").
F11 429 is a quota, 503 sealed or in maintenance, 307 a standby that names the active node; in a
    namespace that is not there all is 404 (documentation: "HTTP status codes"; the texts: a guess).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote

from support.providers.standin import Asked, Said, standing_in
from support.providers.vault_store import Engine, Json, Refusal

TOKEN: Final = "hvs.canary-vault-token-31337"


@dataclass
class Vault:
    """`mounts`: engines by (namespace, mount). `denied`: what the token may not do, such as
    ("GET", "kv/data/"). `failures`: statuses that the next requests get instead of an answer."""

    url: str = ""
    token: str = TOKEN
    mounts: dict[tuple[str, str], Engine] = field(default_factory=lambda: {("", "kv"): Engine()})
    denied: set[tuple[str, str]] = field(default_factory=set)
    failures: list[int] = field(default_factory=list)

    @property
    def kv(self) -> Engine:
        return self.mounts["", "kv"]

    @property
    def environment(self) -> dict[str, str]:
        """With it Vault's own command line would find the server."""
        return {"VAULT_ADDR": self.url, "VAULT_TOKEN": self.token}

    def answer(self, asked: Asked) -> Said:
        if self.failures:
            status = self.failures.pop(0)
            elsewhere = {"Location": "https://active.invalid/v1/"} if status == 307 else {}
            return Said(status, {"errors": ["as the test wanted"]}, elsewhere)
        try:
            data = self._carried_out(asked)
        except Refusal as refusal:
            body = {"errors": refusal.errors} if refusal.data is None else _body(refusal.data)
            return Said(refusal.status, body)
        return Said(204) if data is None else Said(200, _body(data))

    def throttled(self) -> Said:
        return Said(429, {"errors": ["request path exceeded the rate limit"]}, {"Retry-After": "7"})

    def broken(self, asked: Asked) -> Said:
        return Said(500, {"errors": [asked.body.decode() + str(asked.headers)]})

    def _carried_out(self, asked: Asked) -> Json | None:
        path, _, query = asked.path.removeprefix("/v1/").partition("?")
        fields = {name: texts[0] for name, texts in parse_qs(query).items()}
        method = "LIST" if fields.get("list") == "true" else asked.method
        self._check(asked, method, path)
        mount, _, rest = path.partition("/")
        kind, _, name = rest.partition("/")
        engine = self.mounts.get((asked.headers.get("x-vault-namespace", ""), mount))
        if engine is None:
            raise Refusal(404, "no handler for route")
        body = json.loads(asked.body or b"{}")
        if kind == "data":
            return _of_data(engine, method, unquote(name), body, fields)
        if kind == "metadata":
            return _of_metadata(engine, method, unquote(name), body)
        if kind in ("delete", "undelete", "destroy") and method in ("POST", "PUT"):
            getattr(engine.entry(unquote(name)), kind)([int(one) for one in body["versions"]])
            return None
        raise Refusal(404, "unsupported path")

    def _check(self, asked: Asked, method: str, path: str) -> None:
        denied = any(method == one and path.startswith(start) for one, start in self.denied)
        if denied or asked.headers.get("x-vault-token") != self.token:
            raise Refusal(403, "permission denied")


def _of_data(
    engine: Engine, method: str, path: str, body: Json, fields: dict[str, str]
) -> Json | None:
    if method == "GET":
        return engine.entry(path).read(int(fields.get("version", "0")))
    if method in ("POST", "PUT"):
        if not isinstance(body.get("data"), dict):
            raise Refusal(400, "no data provided")
        cas = body.get("options", {}).get("cas")
        return engine.write(path, body["data"], None if cas is None else int(cas))
    if method == "DELETE":
        if path in engine.entries:
            engine.entries[path].delete([engine.entries[path].current])
        return None
    raise Refusal(405)


def _of_metadata(engine: Engine, method: str, path: str, body: Json) -> Json | None:
    if method == "LIST":
        return engine.list(path)
    if method == "GET":
        return engine.entry(path).shown()
    if method in ("POST", "PUT"):
        engine.set(path, body)
        return None
    if method == "DELETE":
        engine.entries.pop(path, None)
        return None
    raise Refusal(405)


def _body(data: Json) -> Json:
    return {"request_id": str(uuid.uuid4()), "lease_id": "", "renewable": False, "data": data}


@contextmanager
def vault() -> Iterator[Vault]:
    """One that runs, empty."""
    provider = Vault()
    with standing_in(provider) as standin:
        provider.url = standin.url
        yield provider
