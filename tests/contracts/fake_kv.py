"""A KV namespace in memory: a working peer that honours KV's limits and the SDK's conversions.

It passes the same `namespace` suite as the real one.
"""

from __future__ import annotations

import bisect
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_KEY = 512
MAX_METADATA = 1024
MAX_VALUE = 25 * 1024 * 1024
MAX_READ = 100
MAX_LIST = 1000
MIN_TTL = 60


class KvError(Exception):
    """As the binding's: `KV <METHOD> failed: <status> <reason>`."""


@dataclass(frozen=True, slots=True)
class _Entry:
    value: str
    metadata: str | None  # JSON, as KV carries it


class FakeKv:
    """Strongly consistent, like Miniflare's; the faults are another wrapper's business."""

    def __init__(self) -> None:
        self._entries: dict[bytes, _Entry] = {}

    async def get(self, key: Sequence[str]) -> Mapping[str, str | None]:
        return {name: entry.value if entry else None for name, entry in self._read(key)}

    async def getWithMetadata(  # noqa: N802
        self, key: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any] | None]:
        return {name: _shown(entry) if entry else None for name, entry in self._read(key)}

    async def put(self, key: str, value: str, **options: object) -> None:
        name = _key("PUT", key)
        metadata = _to_json(options["metadata"]) if "metadata" in options else None
        if metadata is not None and (size := len(metadata.encode())) > MAX_METADATA:
            raise _failed("PUT", 413, f"Metadata length of {size} exceeds limit of {MAX_METADATA}.")
        ttl = options.get("expirationTtl", MIN_TTL)
        if not isinstance(ttl, int) or ttl < MIN_TTL:
            raise _failed("PUT", 400, f"Invalid expiration_ttl of {ttl}.")
        text = _to_text(value)
        if len(text.encode()) > MAX_VALUE:
            raise _failed("PUT", 413, "Value length exceeds limit of 26214400.")
        self._entries[name] = _Entry(text, metadata)

    async def delete(self, key: str) -> None:
        self._entries.pop(_key("DELETE", key), None)

    async def list(self, **options: object) -> Mapping[str, Any]:
        prefix, limit = str(options.get("prefix", "")).encode(), options.get("limit") or MAX_LIST
        if not isinstance(limit, int) or not 0 < limit <= MAX_LIST:
            raise _failed("GET", 400, f"Invalid key_count_limit of {limit}.")
        names = sorted(name for name in self._entries if name.startswith(prefix))
        start = bisect.bisect_right(names, _decode_cursor(options.get("cursor")))
        chosen = names[start : start + limit]
        keys = [_listed(name, self._entries[name]) for name in chosen]
        if start + limit >= len(names):
            return {"keys": keys, "list_complete": True, "cacheStatus": None}
        cursor = b64encode(chosen[-1]).decode()
        return {"keys": keys, "list_complete": False, "cursor": cursor, "cacheStatus": None}

    def _read(self, keys: Sequence[str]) -> Iterable[tuple[str, _Entry | None]]:
        if isinstance(keys, str):
            raise TypeError("this peer reads lists of keys, the only way that is used")
        if not keys:
            raise _failed("GET_BULK", 400, "You must request a minimum of 1 key")
        if len(keys) > MAX_READ:
            raise _failed("GET_BULK", 400, f"You can request a maximum of {MAX_READ} keys")
        found = [(name, self._entries.get(_key("GET_BULK", name))) for name in keys]
        if sum(len(entry.value) for _, entry in found if entry) > MAX_VALUE:
            raise _failed("GET_BULK", 413, "Total size of request exceeds the limit of 25MB")
        return found


def _shown(entry: _Entry) -> Mapping[str, Any]:
    return {"value": entry.value, "metadata": json.loads(entry.metadata or "null")}


def _listed(name: bytes, entry: _Entry) -> dict[str, Any]:
    listed: dict[str, Any] = {"name": name.decode()}
    if entry.metadata is not None:
        listed["metadata"] = json.loads(entry.metadata)
    return listed


def _key(method: str, key: str) -> bytes:
    name = key.encode()
    if key in {"", ".", ".."}:
        raise _failed(method, 400, "Key names must not be empty")
    if len(name) > MAX_KEY:
        raise _failed(
            method,
            414,
            f"UTF-8 encoded length of {len(name)} exceeds key length limit of {MAX_KEY}.",
        )
    return name


def _to_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("only text is kept in KV")
    return value


def _to_json(metadata: object) -> str:
    return json.dumps(metadata, ensure_ascii=False, separators=(",", ":"))


def _decode_cursor(cursor: object) -> bytes:
    try:
        return b64decode(str(cursor or ""), validate=True)
    except ValueError:
        raise _failed("GET", 400, "invalid cursor") from None


def _failed(method: str, status: int, reason: str) -> KvError:
    return KvError(f"KV {method} failed: {status} {reason}")
