"""A KV binding as the platform has it: the SDK's wrapper takes about as long as KV itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import js
from pyodide.ffi import jsnull, to_js


class JsNamespace:
    """The `Namespace` of `stores.kv.folder`. Raises JsException, and TypeError for no text."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def get(self, key: Sequence[str]) -> Mapping[str, str | None]:
        found: Mapping[str, str | None] = _plain(await self._binding.get(to_js(key)))
        return found

    async def getWithMetadata(  # noqa: N802
        self, key: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any] | None]:
        found: Mapping[str, Any] = _plain(await self._binding.getWithMetadata(to_js(key)))
        return found

    async def put(self, key: str, value: str, **options: object) -> None:
        if not isinstance(value, str):
            raise TypeError("only text is kept in KV")
        await self._binding.put(key, value, _object(options))

    async def delete(self, key: str) -> None:
        await self._binding.delete(key)

    async def list(self, **options: object) -> Mapping[str, Any]:
        found: Mapping[str, Any] = _plain(await self._binding.list(_object(options)))
        return found


def _object(options: Mapping[str, object]) -> Any:
    return to_js(options, dict_converter=js.Object.fromEntries)


def _plain(found: Any) -> Any:
    """Dicts, lists and what is in them, with None for null."""
    return _without_null(found.to_py())


def _without_null(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: _without_null(one) for key, one in found.items()}
    if isinstance(found, list):
        return [_without_null(one) for one in found]
    return None if found is jsnull else found
