"""A namespace around another one, that fails as it is told and writes down what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from positronic.stores.kv.folder import Namespace


@dataclass(slots=True)
class Fault:
    """Fail `operation` on keys that hold `under`, after `spare` more of them went through."""

    operation: str
    error: Exception
    under: str = ""
    spare: int = 0

    def strikes(self, operation: str, keys: Sequence[str]) -> bool:
        if operation != self.operation or not any(self.under in key for key in keys):
            return False
        self.spare -= 1
        return self.spare < 0


class FaultyKv:
    """Passes on to a real namespace, except for its faults.

    While `stale`, reads of a key written since answer what stood there before: the previous
    value, or (a cached miss) nothing.
    """

    def __init__(self, inner: Namespace, error: Callable[[str], Exception]) -> None:
        self._inner = inner
        self._error = error
        self._faults: list[Fault] = []
        self._before: dict[str, Mapping[str, Any] | None] = {}
        self.stale = False
        self.blind = False  # lists without regard to the prefix
        self.operations: list[tuple[str, str]] = []  # with the first key

    def fail(
        self, operation: str, text: str | Exception, *, under: str = "", spare: int = 0
    ) -> None:
        """From now on; `text` is the binding's own words, or an error to raise as it is."""
        error = text if isinstance(text, Exception) else self._error(text)
        self._faults.append(Fault(operation, error, under, spare))

    def heal(self) -> None:
        """No faults from now on, and every read fresh."""
        self._faults.clear()
        self._before.clear()
        self.stale = False

    def count(self, operation: str = "") -> int:
        """How many operations, of this kind or of any, KV would have counted."""
        return sum(operation in ("", done) for done, _ in self.operations)

    async def get(self, key: Sequence[str]) -> Mapping[str, str | None]:
        self._note("get", *key)
        found = dict(await self._inner.get(key))
        for name in self._before.keys() & found.keys():
            before = self._before[name]
            found[name] = before["value"] if before else None
        return found

    async def getWithMetadata(  # noqa: N802
        self, key: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any] | None]:
        self._note("get", *key)
        found = dict(await self._inner.getWithMetadata(key))
        return {name: self._before.get(name, entry) for name, entry in found.items()}

    async def put(self, key: str, value: str, **options: object) -> None:
        self._note("put", key)
        await self._remember(key)
        await self._inner.put(key, value, **options)

    async def delete(self, key: str) -> None:
        self._note("delete", key)
        await self._remember(key)
        await self._inner.delete(key)

    async def list(self, **options: object) -> Mapping[str, Any]:
        self._note("list", str(options.get("prefix", "")))
        return await self._inner.list(**options | ({"prefix": ""} if self.blind else {}))

    def _note(self, operation: str, *keys: str) -> None:
        self.operations.append((operation, keys[0] if keys else ""))
        for fault in self._faults:
            if fault.strikes(operation, keys):
                raise fault.error

    async def _remember(self, key: str) -> None:
        if self.stale and key not in self._before:
            self._before[key] = (await self._inner.getWithMetadata([key]))[key]


async def contents(namespace: Namespace) -> dict[str, tuple[str, object]]:
    """Everything in a namespace: value and metadata by key."""
    found: dict[str, tuple[str, object]] = {}
    for keys in await _key_pages(namespace):
        for start in range(0, len(keys), 100):
            entries = await namespace.getWithMetadata(keys[start : start + 100])
            for key, entry in entries.items():
                if entry is not None:
                    found[key] = entry["value"], entry["metadata"]
    return found


async def _key_pages(namespace: Namespace) -> list[list[str]]:
    pages, options = [], {"prefix": "", "limit": 1000}
    while True:
        answer = await namespace.list(**options)
        pages.append([key["name"] for key in answer["keys"]])
        if answer["list_complete"]:
            return pages
        options["cursor"] = answer["cursor"]
