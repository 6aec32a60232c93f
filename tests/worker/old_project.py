"""A project as the first layout had it, in the KV of a running Worker."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.old_kv import OldEntry, OldKv
from positronic.ciphers.native import NativeCipher
from positronic.names import Project
from worker.main_worker import ProjectApi

TOKEN: Final = "0123456789abcdef"
REVOKED: Final = "fedcba9876543210"
GENUINE: Final = {"A": "value A", "B": "value B"}


@dataclass(frozen=True, slots=True)
class OldProject:
    """`entries`: what was genuine, also what is not in KV any more."""

    api: ProjectApi
    entries: dict[str, OldEntry] = field(default_factory=dict)

    @property
    def old(self) -> OldKv:
        return OldKv(NativeCipher(), Project(self.api.project), self.api.worker.secrets.keys)

    def secret(self, name: str, value: str, version: int = 1) -> OldEntry:
        return asyncio.run(self.old.secret(name, value, version))

    def fill(self) -> None:
        now = time.time_ns() // 1_000_000
        self.entries.update(
            older=self.secret("A", "older A", 1),
            a=self.secret("A", "value A", 2),
            b=self.secret("B", "value B"),
            token=self.old.token(TOKEN, "secret"),
            revoked=self.old.token(REVOKED, "secret", "admin"),
            first=self.old.event(now - 2000, "secret.put", "A"),
            second=self.old.event(now - 1000, "secret.put", "B"),
        )
        for name in ("a", "b", "token", "first", "second"):
            self.write(self.entries[name])

    def write(self, entry: OldEntry, key: str = "") -> None:
        """Under its own key, or under another of the project."""
        full = f"{self.api.project}/{key}" if key else entry.key
        self.api.worker.kv.write(full, entry.text, entry.metadata)

    def delete(self, name: str) -> None:
        self.api.worker.kv.delete(self.entries[name].key)

    def step(self) -> dict[str, Any]:
        answer = self.api.call("POST", "/project/adopt")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def adopt(self) -> dict[str, Any]:
        found = self.step()
        for _ in range(10):
            if found["state"] == "adopted":
                return found
            found = self.step()
        raise AssertionError("the adoption never ends")

    def tokens(self) -> set[str]:
        return {one["id"] for one in self.api.call("GET", "/tokens").json()["tokens"]}

    def verdicts(self) -> list[str]:
        """Of the events, the oldest first."""
        events = self.api.call("GET", "/audit").json()["events"]
        return [one["integrity"] for one in reversed(events)]
