"""Reads and writes Miniflare's KV where it lies on disk, beside a running Worker.

`v3/kv/miniflare-KVNamespaceObject/<hash>.sqlite` maps key to blob and metadata;
`v3/kv/<namespace>/blobs/<blob>` holds the value.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from support.waiting import wait_until

WAIT = 10.0  # seconds for a lock that the Worker holds


class Entry(NamedTuple):
    value: str
    metadata: Any


@dataclass(frozen=True, slots=True)
class KvFiles:
    """The one namespace under a wrangler state folder."""

    state: Path

    def read(self, under: str = "") -> dict[str, Entry]:
        """Everything whose key starts so; bytes that are not UTF-8 as surrogates."""
        query = "SELECT key, blob_id, metadata FROM _mf_entries WHERE substr(key, 1, ?) = ?"
        with self._database() as database:
            rows = database.execute(query, (len(under), under)).fetchall()
        found = {}
        for key, blob, metadata in rows:
            value = (self._blobs / blob).read_bytes().decode(errors="surrogateescape")
            found[key] = Entry(value, json.loads(metadata or "null"))
        return found

    def keys(self, under: str = "") -> set[str]:
        """Every key that starts so, without opening its value."""
        query = "SELECT key FROM _mf_entries WHERE substr(key, 1, ?) = ?"
        with self._database() as database:
            return {key for (key,) in database.execute(query, (len(under), under))}

    def write(self, key: str, value: bytes | str, metadata: object = None) -> None:
        """Put an entry there, as somebody with access to the store could."""
        blob = secrets.token_hex(40)
        data = value.encode() if isinstance(value, str) else value
        (self._blobs / blob).write_bytes(data)
        text = None if metadata is None else json.dumps(metadata)
        with self._database() as database:
            database.execute(
                "INSERT OR REPLACE INTO _mf_entries VALUES (?, ?, NULL, ?)", (key, blob, text)
            )

    def wait_for(self, key: str) -> None:
        """Until there is an entry under this key."""
        wait_until(lambda: key in self.keys(key), f"{key} in KV")

    def delete(self, key: str) -> None:
        """Remove an entry, as somebody with access to the store could."""
        with self._database() as database:
            database.execute("DELETE FROM _mf_entries WHERE key = ?", (key,))

    @property
    def _blobs(self) -> Path:
        (folder,) = (self.state / "v3" / "kv").glob("*/blobs")
        return folder

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        folder = self.state / "v3" / "kv" / "miniflare-KVNamespaceObject"
        (path,) = (file for file in folder.glob("*.sqlite") if file.stem != "metadata")
        with closing(sqlite3.connect(path, timeout=WAIT)) as database, database:
            yield database


def files_below(folder: Path) -> Mapping[str, bytes]:
    """Every file, by its path."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
