"""Who acts: roles, in order, and principals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from positronic.names import Project


class Role(IntEnum):
    """Each role may do what the ones below it may."""

    READER = 1
    WRITER = 2
    ADMIN = 3
    ROOT = 4

    @property
    def label(self) -> str:
        """As it stands on the wire and in the store."""
        return self.name.lower()


TOKEN_ROLES = {role.label: role for role in (Role.READER, Role.WRITER, Role.ADMIN)}


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever acts. A `project` of None: any, named by the request.

    `kind` is `token`, or `brain` for a run of one: its id, under the brain's title.
    """

    id: str
    name: str
    role: Role
    project: Project | None
    kind: str = "token"
