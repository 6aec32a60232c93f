"""A KV engine of version 2: the fields of a secret, and what is in a folder.

https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

from px.errors import NotAllowed, NotReached, PxError, ServerFailed
from px.http.address import parse_address
from px.http.result import Answer, Lost
from px.http.transport import Transport
from px.project.provider_access import VaultAccess
from px.server_choice import TIMEOUT

_CAS: Final = b"check-and-set parameter did not match"  # no code, only this text
_STATES: Final = {
    307: "it is a standby: set VAULT_ADDR to the active node",
    429: "it limits the rate: wait a moment",
    472: "it is a standby for disaster recovery",
    473: "it is a standby for performance",
    503: "it is sealed or in maintenance",
}


class VaultKv:
    """A KV v2 engine. Use it as a context manager."""

    def __init__(self, access: VaultAccess, mount: str) -> None:
        headers = {"X-Vault-Token": access.token, "X-Vault-Request": "true"}
        if access.namespace:
            headers["X-Vault-Namespace"] = access.namespace
        address = parse_address(access.address, access.address_by)
        self._transport = Transport(address, headers)
        self._place, self._place_by = address.origin, access.address_by
        self._mount = mount

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def read(self, path: str) -> dict[str, object] | None:
        """A secret's fields; None: it is not there, or its newest version is deleted."""
        found = self._data(f"data/{path}", "read")
        fields = found.get("data") if found else None
        if found is None or fields is None:
            return None
        if not isinstance(fields, dict) or "metadata" not in found:
            raise self._not_kv2()
        return fields

    def list(self, folder: str) -> list[str]:
        """What is right below; other folders end in a slash."""
        path = f"metadata/{folder}/" if folder else "metadata/"
        found = self._data(path, "list", query="?list=true") or {"keys": []}
        names = found.get("keys")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self._not_kv2()
        return names

    def write_first(self, path: str, fields: Mapping[str, str]) -> bool:
        """Version 1; false, and nothing is changed, if there is a version already."""
        body = {"data": dict(fields), "options": {"cas": 0}}
        answer = self._ask("POST", f"data/{path}", json.dumps(body).encode())
        if answer.status == 400 and _CAS in answer.body:
            return False
        if answer.status != 200:
            raise self._failure(answer.status, "write", f"data/{path}")
        return True

    def remove(self, path: str) -> None:
        """All versions, and the metadata; idempotent."""
        answer = self._ask("DELETE", f"metadata/{path}")
        if answer.status not in (200, 204, 404):
            raise self._failure(answer.status, "delete", f"metadata/{path}")

    def _data(self, path: str, action: str, *, query: str = "") -> dict[str, Any] | None:
        """`data` of the answer; None for what is not there."""
        answer = self._ask("GET", path, query=query)
        if answer.status in (200, 404):
            return self._parsed(answer)
        raise self._failure(answer.status, action, path)

    def _ask(self, method: str, path: str, body: bytes | None = None, *, query: str = "") -> Answer:
        full = quote(f"/v1/{self._mount}/{path}") + query
        try:
            return self._transport.send(method, full, body, TIMEOUT)
        except Lost as lost:
            message = f"Vault could not be reached at {self._place}: {lost.reason}"
            hint = lost.hint or f"its address is {self._place_by}"
            raise NotReached(message, code="not_reached", hint=hint) from None

    def _parsed(self, answer: Answer) -> dict[str, Any] | None:
        try:
            body = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise self._not_kv2() from None
        if not isinstance(body, dict):
            raise self._not_kv2()
        if answer.status == 404:
            if body.get("errors"):  # an empty list for a path that is not there
                raise self._not_kv2()
            return None
        data = body.get("data")
        if not isinstance(data, dict):
            raise self._not_kv2()
        return data

    def _failure(self, status: int, action: str, path: str) -> PxError:
        if status == 403:
            return NotAllowed(
                f"Vault's token does not allow to {action} {self._mount}/{path.rstrip('/')}",
                code="forbidden",
                hint="docs/vault.md has the policy that px needs",
            )
        state = _STATES.get(status, f"it answered {status}")
        return ServerFailed(f"Vault does not answer: {state}", code="provider_failed")

    def _not_kv2(self) -> PxError:
        return ServerFailed(
            f"{self._mount} is not a KV engine of version 2 there",
            code="provider_failed",
            hint="the first part of the path is the mount; a namespace is in VAULT_NAMESPACE",
        )
