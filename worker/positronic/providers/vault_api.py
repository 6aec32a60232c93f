"""Calls of HashiCorp Vault and of OpenBao: their key-value secrets engine, version 2.

Source: "KV secrets engine - version 2 (API)" of both. An error is `{"errors": [...]}`; of what is
not there, the list is empty, while a path without an engine has a sentence in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from positronic.errors import NameFailed, PositronicError, TargetRefused
from positronic.outgoing import Answer
from positronic.providers.exchange import Exchange, Reply

# vault-plugin-secrets-kv, path_data.go: the one error of status 400 that is worth a second try.
CAS_MISMATCH: Final = "check-and-set parameter did not match the current version"


class Changed(NameFailed):
    """It has another version than was said."""


@dataclass(frozen=True, slots=True)
class VaultApi:
    """One engine, which is mounted at `mount`. `namespace`: of Vault Enterprise and of OpenBao."""

    exchange: Exchange
    address: str
    mount: str
    token: str = field(repr=False)
    namespace: str | None = None

    async def call(
        self, method: str, kind: str, path: str, sent: Mapping[str, object] | None = None
    ) -> Reply | None:
        """`kind`: data or metadata. None: there is nothing. An answer without a body is empty."""
        url = f"{self.address}/v1/{quote(self.mount)}/{kind}/{quote(path)}"
        body = b"" if sent is None else json.dumps(sent).encode()
        answer = await self.exchange.call(method, url, self._headers(), body)
        if answer.status == 204:
            return Reply(self.exchange, {})
        if answer.status == 200:
            return self.exchange.document(answer)
        if answer.status == 404 and method != "POST" and self._errors(answer) == []:
            return None
        raise self._error(path, answer)

    def _headers(self) -> Mapping[str, str]:
        headers = {"X-Vault-Token": self.token, "X-Vault-Request": "true"}
        if self.namespace is not None:
            headers["X-Vault-Namespace"] = self.namespace
        return {**headers, "Content-Type": "application/json"}

    def _errors(self, answer: Answer) -> list[object] | None:
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            return None
        errors = found.get("errors") if isinstance(found, dict) else None
        return errors if isinstance(errors, list) else None

    def _error(self, path: str, answer: Answer) -> PositronicError:
        errors = self._errors(answer)
        if answer.status == 400 and errors == [CAS_MISMATCH]:
            return Changed(f"{path} was changed in Vault by somebody else at the same time")
        if answer.status == 403:
            return TargetRefused(
                f"Vault does not allow it for {path}: renew the token, or extend its policy"
            )
        if answer.status == 404 and errors:
            return TargetRefused(
                "Vault has no key-value engine of version 2 there: check the target's mount"
            )
        if answer.status in (400, 413):
            return TargetRefused(f"Vault refuses the name or the value of {path}")
        return self.exchange.failed(answer)  # 412: a replica that has not caught up yet
