"""`.px/rotation.json`: an unfinished rotation, so that no interruption loses it.

It holds the new master key. Mode 600; deleted when the rotation finishes.
"""

from __future__ import annotations

from dataclasses import dataclass

from px.errors import Refused
from px.project.master_key import MasterKey, parse
from px.project.unfinished import UnderWay
from px.project.workspace import Project


@dataclass(frozen=True, slots=True)
class Started:
    """`origin`: the Worker's address. `placed`: the Worker was seen to use the key."""

    origin: str
    key: MasterKey
    placed: bool = False


class StartedFile(UnderWay):
    """The only rotation that a project can have under way."""

    def __init__(self, project: Project) -> None:
        super().__init__(project, "rotation", "px key rotate")

    def read(self) -> Started | None:
        """Raises Refused for a malformed file, which may hold the only copy of a key."""
        try:
            found = self._load()
            origin, placed = found["origin"], found["placed"]
            key = parse(f"{found['keyId']}:{found['key']}")
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise Refused(
                ".px/rotation.json is malformed; nothing was changed",
                code="rotation_unreadable",
                hint="repair the file: it may hold the only copy of a master key",
            ) from None
        return Started(str(origin), key, placed is True)

    def write(self, started: Started) -> None:
        self._keep(
            {
                "origin": started.origin,
                "keyId": started.key.id,
                "key": started.key.encoded,
                "placed": started.placed,
            }
        )
