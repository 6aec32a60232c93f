"""The port: where a Worker's master keys are kept, to be rotated or brought back."""

from __future__ import annotations

from typing import Protocol

from px.project.master_key import MasterKey


class KeyStore(Protocol):
    """Raises PxError for what it cannot do. Each change may be made twice."""

    def check_rotation(self, *, resuming: bool) -> None:
        """Whether keys can be changed here; raises Refused for a rotation begun elsewhere."""
        ...

    def put_in_front(self, key: MasterKey) -> None:
        """The Worker seals under this key, and still opens what is under the others."""
        ...

    def keep_only(self, key: MasterKey) -> None:
        """Every other key is gone for good."""
        ...

    def check_recovery(self, *, replace: bool) -> None:
        """Whether a key can be brought back; before anybody is asked for a passphrase."""
        ...

    def bring_back(self, key: MasterKey) -> str:
        """The Worker opens what is under this key; a sentence that says what is true now."""
        ...
