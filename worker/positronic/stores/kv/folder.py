"""A part of a Workers KV namespace: the keys under one prefix, and KV's failures as our errors.

KV is eventually consistent: other locations may see the old answer, even "missing", for a minute
or more. Limits: one write per second and key, 1,000 operations per request.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

from positronic.errors import InvalidRequest, PositronicError, RateLimited, StoreFailed, TooLarge
from positronic.ports import Page

READ_AT_ONCE: Final = 100  # keys in one read
MAX_KEY: Final = 512  # bytes; KV fails on longer keys

_STATUS = re.compile(r"KV \w+ failed: (\d{3})")

T = TypeVar("T")


class Namespace(Protocol):
    """The part of a KV binding that we use, with dicts and None for objects and null."""

    def get(self, key: Sequence[str]) -> Awaitable[Mapping[str, str | None]]: ...

    def getWithMetadata(  # noqa: N802
        self, key: Sequence[str]
    ) -> Awaitable[Mapping[str, Mapping[str, Any] | None]]: ...

    def put(self, key: str, value: str, **options: object) -> Awaitable[None]: ...

    def delete(self, key: str) -> Awaitable[None]: ...

    def list(self, **options: object) -> Awaitable[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Key:
    """A key below the prefix, with its metadata, which may be anything."""

    id: str
    metadata: object


class Folder:
    """The keys under `prefix`. Raises StoreFailed, RateLimited, TooLarge, InvalidRequest."""

    def __init__(self, namespace: Namespace, prefix: str) -> None:
        self._namespace = namespace
        self._prefix = prefix

    async def texts(self, ids: Collection[str]) -> dict[str, str]:
        """The values of the existing keys. One operation per 100."""
        return await self._read(ids, lambda keys: self._namespace.get(keys))

    async def entries(self, ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """The same with metadata: {"value", "metadata"}."""
        return await self._read(ids, lambda keys: self._namespace.getWithMetadata(keys))

    async def put(self, id: str, text: str, **options: object) -> None:  # noqa: A002
        await _call(partial(self._namespace.put, self._prefix + id, text, **options))

    async def delete(self, id: str) -> None:  # noqa: A002
        await _call(partial(self._namespace.delete, self._prefix + id))

    async def list(self, cursor: str | None, limit: int) -> Page[Key]:
        """In UTF-8 order: one operation, up to 1,000 keys."""
        options = {"prefix": self._prefix, "limit": limit} | ({"cursor": cursor} if cursor else {})
        foreign = InvalidRequest("`cursor` does not come from this list")
        answer = await _call(partial(self._namespace.list, **options), foreign if cursor else None)
        names = [key["name"] for key in answer["keys"]]
        # A foreign cursor must not lead outside the prefix, however the store interprets it.
        if not all(name.startswith(self._prefix) for name in names):
            raise foreign
        keys = [
            Key(name.removeprefix(self._prefix), key.get("metadata"))
            for name, key in zip(names, answer["keys"], strict=True)
        ]
        return Page(keys, None if answer["list_complete"] else answer["cursor"])

    async def _read(
        self,
        ids: Collection[str],
        read: Callable[[Sequence[str]], Awaitable[Mapping[str, T | None]]],
    ) -> dict[str, T]:
        found: dict[str, T] = {}
        possible = [one for one in ids if len((self._prefix + one).encode()) <= MAX_KEY]
        for some in _batches(possible):
            answer = await _call(partial(read, [self._prefix + one for one in some]))
            for one in some:
                if (text := answer.get(self._prefix + one)) is not None:
                    found[one] = text
        return found


async def _call(
    operation: Callable[[], Awaitable[T]], if_invalid: PositronicError | None = None
) -> T:
    """Failures of the binding become errors of the store, or `if_invalid` for an invalid call."""
    try:
        return await operation()
    except Exception as error:  # noqa: BLE001 - JsException exists only inside the Worker
        # `from None`: the original message may contain the key or the value.
        match = _STATUS.search(str(error))
        if match and match[1] == "429":
            raise RateLimited("the store is rate limited", headers={"Retry-After": "1"}) from None
        if match and match[1] == "400" and if_invalid:
            raise if_invalid from None
        if match and match[1] == "413":
            raise TooLarge("what was asked of the store is too large") from None
        status = f" with status {match[1]}" if match else ""
        raise StoreFailed(f"the store failed{status}") from None


def _batches(items: Collection[str]) -> Iterator[list[str]]:
    iterator = iter(items)
    while batch := list(islice(iterator, READ_AT_ONCE)):
        yield batch
