"""Vault's stand-in (`vault`) behind the server that all have, which fails on command."""

from __future__ import annotations

from dataclasses import dataclass, field

from support.providers import vault
from support.providers.standin import Asked, Said


@dataclass
class AtVault:
    vault: vault.Vault = field(default_factory=vault.Vault)

    def answer(self, asked: Asked) -> Said:
        path = asked.path.removeprefix("/v1/")
        headers = dict(asked.headers)
        status, body = self.vault.answer(
            vault.Asked(asked.method, path, headers, asked.body.decode())
        )
        return Said(status, None if status == 204 else body)

    def throttled(self) -> Said:
        return Said(429, {"errors": ["request path exceeded the rate limit"]}, {"Retry-After": "7"})

    def broken(self, asked: Asked) -> Said:
        return Said(500, {"errors": [asked.body.decode() + str(asked.headers)]})
