"""Cloudflare's API, as far as the secrets of one Worker go, over `cloudflare_account`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from support.cloudflare_account import ACCOUNT, NOT_FOUND, Account, Failed, Worker, document
from support.cloudflare_account import Asked as AccountAsked
from support.providers.standin import Asked, Said

FACTS: Final = {
    "a secret is put by PUT of {name, text, type}": "API reference, 'Add script secret'",
    "a secret is deleted by DELETE": "API reference, 'Delete script secret'",
    "deleting what is not there is 404 with 10056": (
        "lukeed/cfw, which takes 'workers.api.error.binding_not_found' (10056) as done"
    ),
    "a Worker that is not there is 404 with 10007": "wrangler, WORKER_NOT_FOUND_ERR_CODE",
    "a list has names and types": "API reference, 'List script secrets'",
    "a value has at most 5 KB": "Workers' limits, 'Environment variables'; 10054 for more",
    "a token that may not is 403 with 10000": "wrangler's source",
}

SCRIPT: Final = "shop-worker"
TOKEN: Final = "canary-cloudflare-token-77ab"
MAX_BYTES: Final = 5120


@dataclass
class WorkerSecrets:
    account: Account = field(default_factory=lambda: Account(TOKEN, workers={SCRIPT: Worker()}))

    @property
    def secrets(self) -> dict[str, str]:
        return self.account.workers[SCRIPT].secrets

    def answer(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _failed(403, 10000, "Authentication error")
        start = f"/client/v4/accounts/{ACCOUNT}/workers/scripts/"
        script, _, rest = asked.path.removeprefix(start).partition("/")
        if not asked.path.startswith(start) or script not in self.account.workers:
            return _failed(404, *NOT_FOUND)
        if asked.method == "DELETE":
            return self._delete(script, unquote(rest.removeprefix("secrets/")))
        body = json.loads(asked.body) if asked.body else None
        if body and len(body["text"].encode()) > MAX_BYTES:
            return _failed(400, 10054, "too long")
        try:
            found = self.account.answer(
                AccountAsked(
                    asked.method,
                    asked.path.removeprefix("/client/v4"),
                    "",
                    asked.headers["authorization"],
                    asked.headers,
                    body,
                    asked.body,
                )
            )
        except Failed as failed:
            return Said(*failed.answer)
        return Said(*found)

    def throttled(self) -> Said:
        return Said(429, document(None, (971, "slow down")), {"Retry-After": "11"})

    def broken(self, asked: Asked) -> Said:
        return _failed(500, 10013, asked.body.decode() + str(asked.headers))

    def _delete(self, script: str, name: str) -> Said:
        if name not in self.account.workers[script].secrets:
            return _failed(404, 10056, "workers.api.error.binding_not_found")
        del self.account.workers[script].secrets[name]
        return Said(200, document(None))


def _failed(status: int, code: int, message: str) -> Said:
    return Said(status, document(None, (code, message)))
