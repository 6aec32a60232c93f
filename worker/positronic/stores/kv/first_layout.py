"""The first layout in one Workers KV namespace: `<project>/<part>/<id>`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from positronic.adoption.first_layout import OldEntry, OldKind
from positronic.names import Project
from positronic.ports import Page
from positronic.stores.kv.folder import Folder, Namespace


class KvFirstLayout:
    """One project's entries."""

    def __init__(self, namespace: Namespace, project: Project) -> None:
        self._folders = {part: Folder(namespace, f"{project}/{part}/") for part in OldKind}

    async def is_there(self) -> bool:
        for folder in self._folders.values():
            page = await folder.list(None, 1)
            if page.items or page.cursor:  # KV may answer with an empty page before the last
                return True
        return False

    async def ids(self, part: OldKind, cursor: str | None, limit: int) -> Page[str]:
        page = await self._folders[part].list(cursor, limit)
        return Page([key.id for key in page.items], page.cursor)

    async def read(self, part: OldKind, ids: Collection[str]) -> Mapping[str, OldEntry]:
        entries = await self._folders[part].entries(ids)
        return {
            one: OldEntry(one, entry["value"], entry["metadata"]) for one, entry in entries.items()
        }

    async def forget(self, part: OldKind, ids: Collection[str]) -> None:
        for one in ids:
            await self._folders[part].delete(one)
