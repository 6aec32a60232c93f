"""`.px/rotation.json`: a rotation that has begun and not ended, so that no interruption loses it.

It holds the new master key. Mode 600; removed when the rotation has ended.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from px.failures import Refused
from px.keys.master_key import MasterKey, parse
from px.local import private
from px.local.project import Project


@dataclass(frozen=True, slots=True)
class Started:
    """`origin`: the Worker's address. `placed`: the Worker was seen to use the key."""

    origin: str
    key: MasterKey
    placed: bool = False


class StartedFile:
    """The one rotation that a project may have under way."""

    def __init__(self, project: Project) -> None:
        self._folder = project.private

    @property
    def path(self) -> Path:
        return self._folder / "rotation.json"

    def read(self) -> Started | None:
        """Raises Refused for a file that makes no sense: it may hold the only copy of a key."""
        try:
            found = json.loads(self.path.read_bytes())
            origin, placed = found["origin"], found["placed"]
            key = parse(f"{found['keyId']}:{found['key']}")
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise Refused(
                ".px/rotation.json is malformed; nothing was changed",
                code="rotation_unreadable",
                hint="repair it: it may hold the only copy of a master key",
            ) from None
        return Started(str(origin), key, placed is True)

    def write(self, started: Started) -> None:
        private.make_folder(self._folder)
        found = {
            "origin": started.origin,
            "keyId": started.key.id,
            "key": started.key.encoded,
            "placed": started.placed,
        }
        private.replace(self.path, (json.dumps(found, indent=2) + "\n").encode())

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises Refused while another rotation runs in the project."""
        try:
            with private.locked(self._folder / "rotation.lock", wait=False):
                yield
        except BlockingIOError:
            raise Refused(
                "another `px key rotate` runs in this project", code="rotation_running"
            ) from None
