"""Runs checks inside the test Worker."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Harness:
    """A running test Worker. See harness_entry.py for its addresses."""

    client: httpx.Client

    def suites(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = self.client.get("/suites").raise_for_status().json()
        return found

    def run(self, kind: str, suite: str, check: str) -> None:
        """Raises AssertionError with the Worker's traceback when the check fails."""
        answer = self.client.post(f"/run/{kind}/{suite}/{check}").raise_for_status().json()
        assert answer["ok"], answer["reason"]

    def foreign(self) -> dict[str, object]:
        """What another Worker of the account makes of a project's ledger: see foreign_calls.py."""
        found: dict[str, object] = self.client.post("/foreign").raise_for_status().json()
        return found

    def send(self, longest: int, *asked: object) -> Any:  # noqa: ANN401 - JSON
        """[status, headers, body], or what a lost answer says."""
        return self.client.post(f"/send/{longest}", json=asked).raise_for_status().json()

    def target(self, table: object, credentials: dict[str, str], calls: object) -> Any:  # noqa: ANN401
        """What each call of a target answers; see harness_entry.py."""
        body = {"table": json.dumps(table), "credentials": credentials, "calls": calls}
        return self.client.post("/target", json=body).raise_for_status().json()

    def unread(self) -> None:
        """A streamed answer that nobody reads: raises AssertionError if it is held for ever."""
        self._tried("/unread")

    def told(self) -> None:
        """Tasks wait for one that the platform waits for: raises AssertionError if one hangs."""
        self._tried("/told")

    def _tried(self, path: str) -> None:
        answer = self.client.post(path).raise_for_status().json()
        assert answer["ok"], answer["reason"]

    def cipher(
        self, operation: str, key: bytes, nonce: bytes, text: bytes, aad: bytes
    ) -> bytes | None:
        """What the cipher makes of one text, to `seal` or `open`; None is InvalidTag."""
        fields = {"key": key, "nonce": nonce, "text": text, "aad": aad}
        body = {name: data.hex() for name, data in fields.items()}
        answer = self.client.post(f"/cipher/{operation}", json=body).raise_for_status().json()
        return bytes.fromhex(answer["text"]) if answer["ok"] else None
