"""`<project>/audit/<id>`: an event as JSON, which KV itself deletes when its retention ends."""

from __future__ import annotations

from positronic.audit import events
from positronic.names import Project
from positronic.ports import Event, Page
from positronic.stores.kv.folder import Folder, Namespace


class KvAudit:
    """One project's events, each kept for `retention` seconds (60 at least)."""

    def __init__(self, namespace: Namespace, project: Project, retention: int) -> None:
        self._folder = Folder(namespace, f"{project}/audit/")
        self._retention = retention

    async def append(self, event: Event) -> None:
        await self._folder.put(event.id, events.encode(event), expirationTtl=self._retention)

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        page = await self._folder.list(cursor, limit)
        texts = await self._folder.texts([key.id for key in page.items])
        return Page([events.decode(id, text) for id, text in texts.items()], page.cursor)  # noqa: A001
