"""The port: where the Worker's master keys are kept."""

from __future__ import annotations

from typing import Protocol

from px.project.master_key import MasterKey


class KeyPlace(Protocol):
    """Raises PxError for what it cannot do. Both changes may be made twice."""

    def check(self, *, resuming: bool) -> None:
        """Whether keys can be changed here; raises Refused for a rotation begun elsewhere."""
        ...

    def put_in_front(self, key: MasterKey) -> None:
        """The Worker seals under this key, and still opens what is under the others."""
        ...

    def keep_only(self, key: MasterKey) -> None:
        """Every other key is gone for good."""
        ...
