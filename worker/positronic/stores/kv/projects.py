"""`.projects/<project>`: the projects that were written to. No project's name starts with a dot."""

from __future__ import annotations

from positronic.names import Project
from positronic.ports import Page
from positronic.stores.kv.folder import Folder, Namespace


class KvProjects:
    """The registry of one namespace."""

    def __init__(self, namespace: Namespace) -> None:
        self._folder = Folder(namespace, ".projects/")

    async def add(self, project: Project) -> None:
        # Read first, because KV accepts one write per second and key.
        if not await self._folder.texts([project]):
            await self._folder.put(project, "1")

    async def list(self, cursor: str | None, limit: int) -> Page[Project]:
        page = await self._folder.list(cursor, limit)
        return Page([Project(key.id) for key in page.items], page.cursor)
