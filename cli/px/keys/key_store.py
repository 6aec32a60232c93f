"""The port: where the Worker's master keys are stored."""

from __future__ import annotations

from typing import Protocol

from px.project.master_key import MasterKey


class KeyPlace(Protocol):
    """Every method raises PxError if it fails. Both changes may be repeated."""

    def check(self, *, resuming: bool) -> None:
        """Checks that keys can be changed here; raises Refused for a rotation started elsewhere."""
        ...

    def put_in_front(self, key: MasterKey) -> None:
        """Makes the Worker seal under this key and still open what the others sealed."""
        ...

    def keep_only(self, key: MasterKey) -> None:
        """Drops every other key for good."""
        ...
