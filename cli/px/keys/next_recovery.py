"""The recovery file for a rotation's new key: on disk before the Worker uses the key."""

from __future__ import annotations

from typing import Protocol

from px.errors import PxError
from px.keys.passphrase import Passphrase
from px.keys.recovery_file import RecoveryFile
from px.project.master_key import MasterKey


class Keeper(Protocol):
    """Stores the new key. Raises PxError."""

    def prepare(self, begun: str | None) -> None:
        """Called before any change. `begun`: the id of the key of a resumed rotation."""
        ...

    def keep(self, key: MasterKey) -> None:
        """Called before the Worker gets the key, and again when the rotation is resumed."""
        ...


class NoKeeper:
    """For a local Worker, whose keys can be read, and for --no-recovery-file."""

    def prepare(self, begun: str | None) -> None: ...

    def keep(self, key: MasterKey) -> None: ...


class NextRecovery:
    """`replaces`: whether an older key's file is moved aside; only in px's own place."""

    def __init__(
        self, file: RecoveryFile, worker: str, passphrase: Passphrase, *, replaces: bool
    ) -> None:
        self.file = file
        self.moved: RecoveryFile | None = None
        self._worker = worker
        self._passphrase = passphrase
        self.replaces = replaces
        self._typed: str | None = None

    def check(self) -> None:
        """Checks that px can ask for a passphrase, before any request to the server."""
        self._passphrase.check()

    def prepare(self, begun: str | None) -> None:
        if self._holds(begun):
            return
        if self.file.exists() and not self.replaces:
            raise self.file.taken()
        self._typed = self._passphrase.new(self.file.shown)

    def keep(self, key: MasterKey) -> None:
        if self._typed is None or self._holds(key.id):
            return
        self.moved = self.file.replace(key, self._worker, self._typed)

    def _holds(self, key_id: str | None) -> bool:
        """Whether the file belongs to this key and this Worker."""
        if key_id is None or not self.file.exists():
            return False
        try:
            found = self.file.header()
        except PxError as error:
            if error.code == "recovery_unreadable":
                return False
            raise
        return (found.key_id, found.worker) == (key_id, self._worker)
