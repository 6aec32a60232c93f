"""The port: where a Worker's master keys are stored, for rotation and recovery."""

from __future__ import annotations

from typing import Protocol

from px.project.master_key import MasterKey


class KeyStore(Protocol):
    """Every method raises PxError if it fails. Each change may be repeated."""

    def check_rotation(self, newest: str, *, resuming: bool) -> None:
        """Checks that keys can be changed here; raises Refused for a rotation started elsewhere.

        `newest`: the id of the key that the Worker seals under.
        """
        ...

    def put_in_front(self, key: MasterKey) -> None:
        """Makes the Worker seal under this key and still open what the others sealed."""
        ...

    def keep_only(self, key: MasterKey) -> None:
        """Drops every other key for good."""
        ...

    def check_recovery(self, *, replace: bool) -> None:
        """Checks that a key can be restored, before asking for a passphrase."""
        ...

    def bring_back(self, key: MasterKey) -> str:
        """Restores the key; returns a sentence about the result."""
        ...
