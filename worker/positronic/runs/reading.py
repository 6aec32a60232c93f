"""What a run reads, as long as it continues."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from positronic.errors import Conflict
from positronic.names import Name
from positronic.ports import Page, ReadableSecrets, Secret, SecretInfo
from positronic.runs.event_log import EventLog


@dataclass(frozen=True, slots=True)
class RunSecrets:
    """A project's secrets; after the run's end they can no longer be read."""

    store: ReadableSecrets
    event_log: EventLog

    async def get(self, names: Collection[Name]) -> Mapping[Name, Secret]:
        self.check()
        return await self.store.get(names)

    def check(self) -> None:
        """Raises Conflict."""
        if not self.event_log.is_running:
            raise Conflict("the run is over: nothing can be read")

    async def infos(self, names: Collection[Name]) -> Mapping[Name, SecretInfo]:
        return await self.store.infos(names)

    async def exists(self, name: Name) -> bool:
        return await self.store.exists(name)

    async def names(self, cursor: str | None, limit: int) -> Page[Name]:
        return await self.store.names(cursor, limit)
