"""The project's own Worker under test: its address, its token, its keys, its KV files."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from positronic.ciphers.native import NativeCipher
from positronic.ledger.secret_rows import version_id
from positronic.names import Name, Project, parse_value
from positronic.ports import Metadata, Record
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from worker.kv_files import Entry, KvFiles
from worker.ledger_files import LedgerFiles

KEY_ID = "k1"
DATE = 1_795_500_000_000


def fresh_keys(key_id: str = KEY_ID) -> str:
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the Worker is started with."""

    keys: str = field(default_factory=fresh_keys)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def variables(self) -> dict[str, str]:
        token_hash = hashlib.sha256(self.token.encode()).hexdigest()
        return {"MASTER_KEYS": self.keys, "ROOT_TOKEN_SHA256": token_hash}


@dataclass(frozen=True, slots=True)
class MainWorker:
    """A running Worker."""

    client: httpx.Client
    secrets: Secrets
    state: Path
    log: Path

    @property
    def kv(self) -> KvFiles:
        return KvFiles(self.state)

    @property
    def ledgers(self) -> LedgerFiles:
        return LedgerFiles(self.state)


@dataclass(frozen=True, slots=True)
class ProjectApi:
    """One project on the running Worker, and what lies in its KV."""

    worker: MainWorker
    project: str

    @property
    def px_environment(self) -> dict[str, str]:
        """What px needs in its environment to find this project."""
        return {
            "PX_URL": str(self.worker.client.base_url),
            "PX_TOKEN": self.worker.secrets.token,
            "PX_PROJECT": self.project,
        }

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **sent: Any,  # noqa: ANN401
    ) -> httpx.Response:
        """`sent` is httpx's: json, content, params."""
        own = {
            "Authorization": f"Bearer {self.worker.secrets.token}",
            "X-Positronic-Project": self.project,
        }
        return self.worker.client.request(method, path, headers=own | dict(headers or {}), **sent)

    def put(self, name: str, value: str) -> httpx.Response:
        return self.call("POST", "/secrets", json={"name": name, "value": value})

    def bulk(self, values: Mapping[str, str]) -> httpx.Response:
        entries = [{"name": name, "value": value} for name, value in values.items()]
        return self.call("POST", "/secrets/bulk", json={"secrets": entries})

    def exists(self, name: str) -> httpx.Response:
        return self.call("GET", f"/secrets/{name}/exists")

    def pages(self, path: str, items: str, limit: int) -> list[list[dict[str, Any]]]:
        """Every page of a list."""
        found: list[list[dict[str, Any]]] = []
        cursor: dict[str, str] = {}
        while True:
            answer = self.call("GET", path, params={"limit": limit, **cursor}).raise_for_status()
            found.append(answer.json()[items])
            if "cursor" not in answer.json():
                return found
            cursor = {"cursor": answer.json()["cursor"]}

    def key(self, name: str) -> str:
        return f"{self.project}/secret/{name}"

    def kept(self) -> set[str]:
        """The secrets that the ledger has now, whether or not they are copied yet."""
        return set(self._current())

    def kept_values(self) -> dict[str, str]:
        """Every secret that the ledger has now, opened, also when no Worker runs."""
        rows = self.worker.ledgers.rows(self.project, "version")
        found: dict[str, str] = {}
        for name, version in self._current().items():
            fields = json.loads(rows[version_id(name, version)])
            record = Record(Name(name), _metadata(fields), fields["sealed"])
            opened = asyncio.run(_open(Project(self.project), record, self.worker.secrets.keys))
            found[name] = opened.decode()
        return found

    def _current(self) -> dict[str, int]:
        """The version of each secret that is not deleted."""
        rows = self.worker.ledgers.rows(self.project, "secret")
        states = {name: json.loads(text) for name, text in rows.items()}
        return {
            name: one["version"] for name, one in states.items() if one.get("deletedAt") is None
        }

    def names(self) -> set[str]:
        """The secrets that have a record in KV, once all copies are there."""
        self.worker.ledgers.wait_for_copies(self.project)
        return {key.rpartition("/")[2] for key in self.worker.kv.keys(self.key(""))}

    def stored(self, name: str) -> Entry:
        """The record in KV, once all copies are there."""
        self.worker.ledgers.wait_for_copies(self.project)
        return self.worker.kv.read(self.key(name))[self.key(name)]

    def plant(self, name: str, entry: Entry) -> None:
        """Put a secret into the ledger's storage, whatever it says of itself."""
        fields = entry.metadata if isinstance(entry.metadata, dict) else {}
        version, key_id = fields.get("version"), str(fields.get("keyId"))
        number = version if isinstance(version, int) and 0 < version < 2**53 else 1
        write = self.worker.ledgers.write
        write(self.project, "secret", name, _text(entry.metadata), name)
        self.worker.ledgers.forget(self.project, "version", f"{name}/")
        text = json.dumps({**fields, "sealed": entry.value})
        write(self.project, "version", version_id(name, number), text, key_id)

    def plant_in_kv(self, name: str, entry: Entry) -> None:
        """Put a record into KV, as somebody with access to it could."""
        self.worker.kv.write(self.key(name), entry.value, entry.metadata)

    def open_on_cpython(self, name: str) -> bytes:
        """The value, opened from the files with the master key and without the Worker."""
        entry = self.stored(name)
        record = Record(Name(name), _metadata(entry.metadata), entry.value)
        return asyncio.run(_open(Project(self.project), record, self.worker.secrets.keys))

    def seal_on_cpython(self, name: str, value: str, keys: str) -> Entry:
        """What the Worker would have stored, had it had these master keys."""
        return asyncio.run(_seal(Project(self.project), Name(name), value, keys))


def _metadata(fields: Mapping[str, Any]) -> Metadata:
    return Metadata(fields["version"], fields["createdAt"], fields["updatedAt"], fields["keyId"])


def _text(fields: object) -> str:
    """A number that JSON has no form for is one as Python spells it."""
    return json.dumps({**fields, "deletedAt": None} if isinstance(fields, dict) else fields)


def _sealer(project: Project, keys: str) -> Sealer:
    return Sealer(project, NativeCipher(), Keyring(keys), os.urandom)


async def _open(project: Project, record: Record, keys: str) -> bytes:
    return (await _sealer(project, keys).open(record)).reveal().encode()


async def _seal(project: Project, name: Name, value: str, keys: str) -> Entry:
    sealer = _sealer(project, keys)
    record = await sealer.seal(name, parse_value(value), Metadata(1, DATE, DATE, sealer.newest))
    fields = record.metadata
    return Entry(
        record.sealed,
        {
            "version": fields.version,
            "createdAt": fields.created_at,
            "updatedAt": fields.updated_at,
            "keyId": fields.key_id,
        },
    )
