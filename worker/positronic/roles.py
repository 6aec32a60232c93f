"""The roles, in order."""

from __future__ import annotations

from enum import IntEnum


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
