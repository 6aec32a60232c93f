"""A key-value engine, version 2, of Vault or OpenBao as a target: a path a name, field `value`.

The mark is in `custom_metadata`, which is written before a path's first version, or else a put that
ends between the two would leave a secret that nobody owns. The receipt is the version there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from positronic.names import MAX_VALUE, Name, Value
from positronic.ports import AtTarget
from positronic.providers.exchange import Reply
from positronic.providers.mark import Mark
from positronic.providers.refusals import foreign, must_fit, unfit_value
from positronic.providers.side_by_side import side_by_side
from positronic.providers.vault_api import Changed, VaultApi

PROVIDER: Final = "Vault"


@dataclass(frozen=True, slots=True)
class _There:
    """`current`: 0 before the first version. `is_gone`: that version was deleted or destroyed."""

    metadata: Mapping[str, object]
    current: int
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Vault:
    """`prefix`: the folder of the names, without a slash at its ends; empty: the engine's root."""

    api: VaultApi
    mark: Mark
    prefix: str = ""

    def refusal(self, name: Name, value: Value | None = None) -> str | None:
        return unfit_value(PROVIDER, name, value, MAX_VALUE)

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        """The new version there; another one each time."""
        must_fit(self, name, value)
        at = self._path(name)
        there = await self._there(at)
        if there is not None:
            self._must_be_ours(at, there)
            return await self._write(at, value, there.current)
        await self._mark(at, self.mark.tags)
        try:
            return await self._write(at, value, 0)
        except Changed:
            # Somebody created it between the look and the mark: it is theirs.
            await self._unmark(at)
            raise

    async def _unmark(self, at: str) -> None:
        """What else is there stays."""
        there = await self._there(at)
        if there is not None and self.mark.is_on(there.metadata):
            kept = {key: one for key, one in there.metadata.items() if key not in self.mark.tags}
            await self._mark(at, kept)

    async def _mark(self, at: str, metadata: Mapping[str, object]) -> None:
        """In place of all custom metadata there: POST does not merge it (vault-plugin-secrets-kv,
        path_metadata.go, pathMetadataWrite). PATCH does, but it makes no path and needs the
        capability `patch` ("KV secrets engine - version 2 (API)", "Patch metadata")."""
        await self.api.call("POST", "metadata", at, {"custom_metadata": dict(metadata)})

    async def _write(self, at: str, value: Value, current: int) -> str:
        sent = {"data": {"value": value.reveal()}, "options": {"cas": current}}
        written = await self.api.call("POST", "data", at, sent)
        if written is None:
            raise self.api.exchange.unreadable()
        return str(written.inner("data").number("version"))

    async def delete(self, name: Name) -> None:
        """All versions, at once and for good."""
        at = self._path(name)
        there = await self._there(at)
        if there is not None:
            self._must_be_ours(at, there)
            await self.api.call("DELETE", "metadata", at)

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        """A call for each: a list has no metadata."""
        found = await side_by_side(names, lambda name: self._there(self._path(name)))
        return {
            name: AtTarget(self.mark.is_on(there.metadata), str(there.current))
            for name, there in found.items()
            if there is not None and there.current and not there.is_gone
        }

    def _path(self, name: Name) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def _must_be_ours(self, at: str, there: _There) -> None:
        if not self.mark.is_on(there.metadata):
            raise foreign(PROVIDER, at)

    async def _there(self, at: str) -> _There | None:
        reply = await self.api.call("GET", "metadata", at)
        return None if reply is None else _there(reply.inner("data"))


def _there(data: Reply) -> _There:
    # Of a path without any, it is null.
    is_marked = data.fields.get("custom_metadata") is not None
    metadata = data.inner("custom_metadata").fields if is_marked else {}
    current = data.number("current_version")
    if not current:
        return _There(metadata, 0, is_gone=False)
    newest = data.inner("versions").inner(str(current)).fields
    is_gone = newest.get("destroyed") is True or newest.get("deletion_time") not in (None, "")
    return _There(metadata, current, is_gone)
