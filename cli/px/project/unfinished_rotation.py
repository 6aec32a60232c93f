"""`.px/rotation.json`: an unfinished rotation, so that no interruption loses it.

It holds the new master key. Mode 600; deleted when the rotation finishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from px.project.master_key import MasterKey, parse
from px.project.unfinished import Unfinished


@dataclass(frozen=True, slots=True)
class BegunRotation:
    """`origin`: the Worker's address. `placed`: the Worker was seen to use the key."""

    origin: str
    key: MasterKey
    placed: bool = False


class UnfinishedRotation(Unfinished[BegunRotation]):
    """The only rotation that a project can have under way."""

    what, command = "rotation", "px key rotate"
    repair = "repair the file: it may hold the only copy of a master key"

    def _parse(self, found: Any) -> BegunRotation:  # noqa: ANN401 - any JSON
        key = parse(f"{found['keyId']}:{found['key']}")
        return BegunRotation(str(found["origin"]), key, found["placed"] is True)

    def write(self, begun: BegunRotation) -> None:
        self._keep(
            {
                "origin": begun.origin,
                "keyId": begun.key.id,
                "key": begun.key.encoded,
                "placed": begun.placed,
            }
        )
