"""A recovery file on disk: only the owner can read it, px never overwrites it."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from px.errors import Refused
from px.files.typed_path import unnamed
from px.keys import recovery
from px.keys.passphrase import Passphrase
from px.keys.recovery import RecoveryHeader
from px.project import owner_only, private_files
from px.project.master_key import MasterKey
from px.project.workspace import Workspace


def default_path(project: Workspace, worker: str) -> Path:
    return project.private / f"recovery-{worker}.json"


@dataclass(frozen=True, slots=True)
class RecoveryFile:
    """`path`: as the user wrote it, or chosen by px."""

    path: Path

    @property
    def shown(self) -> str:
        """The path, relative to the current folder where possible."""
        here = Path.cwd()
        return str(self.path.relative_to(here) if self.path.is_relative_to(here) else self.path)

    def exists(self) -> bool:
        return self.path.exists() or self.path.is_symlink()

    def read(self) -> bytes:
        """Raises Usage if it cannot be read."""
        with unnamed("the recovery file"):
            return private_files.read_typed(self.path, recovery.MAX_FILE + 1)

    def header(self) -> RecoveryHeader:
        return recovery.read(self.read())

    def open(self, passphrase: Passphrase) -> MasterKey:
        """The master key. The clear text is trustworthy once this returns."""
        data = self.read()
        recovery.read(data)  # before asking for the passphrase
        return recovery.unseal(data, passphrase.known(self.shown))

    def write(self, key: MasterKey, worker: str, passphrase: str) -> None:
        """Raises Refused instead of overwriting an existing file."""
        data = recovery.seal(key, worker, passphrase, now=datetime.now(UTC), random=os.urandom)
        try:
            self._make_folder()
            owner_only.create(self.path, data)
        except FileExistsError:
            raise self.taken() from None
        except OSError as error:
            raise self._not_written(error) from None

    def replace(self, key: MasterKey, worker: str, passphrase: str) -> RecoveryFile | None:
        """Writes the file; returns the older one, renamed, which opens old copies of KV.

        The older key is on disk at every moment.
        """
        data = recovery.seal(key, worker, passphrase, now=datetime.now(UTC), random=os.urandom)
        try:
            self._make_folder()
            older = self._set_aside() if self.exists() else None
            owner_only.replace(self.path, data)
        except OSError as error:
            raise self._not_written(error) from None
        return older

    def _set_aside(self) -> RecoveryFile:
        """Gives the current file a second name with its key's id."""
        try:
            mark = self.header().key_id
        except Refused:  # damaged, but px never throws it away
            mark = "unreadable"
        for number in itertools.count(1):
            name = f"{self.path.stem}.{mark}{f'-{number}' if number > 1 else ''}.json"
            aside = self.path.with_name(name)
            if not os.path.lexists(aside):
                aside.hardlink_to(self.path)
                return RecoveryFile(aside)
            if aside.samefile(self.path):  # an earlier attempt got this far
                return RecoveryFile(aside)
        raise AssertionError  # itertools.count never ends

    def _make_folder(self) -> None:
        if not self.path.parent.exists():
            owner_only.make_folder(self.path.parent)

    def taken(self) -> Refused:
        return Refused(
            f"{self.shown} already exists, and px never overwrites a recovery file",
            code="recovery_exists",
            hint="choose another file with --recovery-file, or move this one away",
        )

    def _not_written(self, error: OSError) -> Refused:
        return Refused(
            f"the recovery file {self.shown} cannot be written: {(error.strerror or '').lower()}",
            code="recovery_not_written",
        )
