"""Who acts: roles, in order, and principals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from positronic.names import App, Project


class Role(IntEnum):
    """Each role may also do what the lower ones may."""

    READER = 1
    WRITER = 2
    ADMIN = 3
    ROOT = 4

    @property
    def label(self) -> str:
        """As it is written in JSON and in the store."""
        return self.name.lower()


TOKEN_ROLES = {role.label: role for role in (Role.READER, Role.WRITER, Role.ADMIN)}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts. A `project` of None means any: the request names it.

    `kind` is `token`, or `brain` for a run: its id, with the brain's title as the name; `binding`
    for a Worker that reads over one: what its props call it; or `system` for what a ledger does by
    itself.
    """

    id: str
    name: str
    role: Role
    project: Project | None
    kind: str = "token"

    @property
    def actor(self) -> Mapping[str, str]:
        """As events and histories name who did it."""
        return {"type": self.kind, "id": self.id, "name": self.name}


BINDING: Final = "binding"


def binding(project: Project, app: App) -> Principal:
    """A Worker that reads over a binding: what it may read, its grant says."""
    return Principal(app, app, Role.READER, project, kind=BINDING)


SYSTEM: Final = Principal("system", "system", Role.ROOT, None, kind="system")
# Who asks the directory: the entry in its own name, no matter who sent the request.
ENTRY: Final = Principal("entry", "entry", Role.ROOT, None)
