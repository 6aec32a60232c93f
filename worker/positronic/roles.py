"""Who acts: roles, what each may, and principals."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from positronic.names import App, Project


class Role(Enum):
    """A call belongs to one role, the least that may make it; MAY says who else may."""

    RUNNER = "runner"
    DEPLOYER = "deployer"
    READER = "reader"
    WRITER = "writer"
    ADMIN = "admin"
    ROOT = "root"

    @property
    def label(self) -> str:
        """As it is written in JSON and in the store."""
        return self.value

    def includes(self, other: Role) -> bool:
        """Whether it may make the calls of the other role."""
        return other in MAY[self]


# Whose calls each role may make. Of runner and deployer, neither includes the other.
MAY: Final[Mapping[Role, frozenset[Role]]] = {
    Role.RUNNER: frozenset({Role.RUNNER}),
    Role.DEPLOYER: frozenset({Role.DEPLOYER}),
    Role.READER: frozenset({Role.DEPLOYER, Role.READER}),
    Role.WRITER: frozenset({Role.RUNNER, Role.DEPLOYER, Role.READER, Role.WRITER}),
    Role.ADMIN: frozenset(Role) - {Role.ROOT},
    Role.ROOT: frozenset(Role),
}
TOKEN_ROLES: Final = {role.label: role for role in Role if role is not Role.ROOT}


class Principal(NamedTuple):
    """Who acts. A `project` of None means any: the request names it.

    `kind` is `token`, or `brain` for a run: its id, with the brain's title as the name; `binding`
    for a Worker that reads over one: what its props call it; or `system` for what a ledger or the
    schedule does by itself.
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
# Who starts a brain when its cron fires, and issues the token of that start.
SCHEDULE: Final = Principal("schedule", "schedule", Role.ROOT, None, kind="system")
# Who asks the directory: the entry in its own name, no matter who sent the request.
ENTRY: Final = Principal("entry", "entry", Role.ROOT, None)
