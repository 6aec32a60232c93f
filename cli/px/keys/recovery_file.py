"""A recovery file on disk: the owner's alone, never overwritten, read no further than it may be."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from px import private_files
from px.failures import Refused, Usage
from px.keys import recovery
from px.keys.master_key import MasterKey
from px.keys.passphrase import Passphrase
from px.keys.recovery import Recovery
from px.local import private
from px.local.project import Project


def default_path(project: Project, worker: str) -> Path:
    return project.private / f"recovery-{worker}.json"


@dataclass(frozen=True, slots=True)
class RecoveryFile:
    """`path` as the user wrote it, or as px chose it."""

    path: Path

    @property
    def shown(self) -> str:
        """Short: below the current folder without it."""
        here = Path.cwd()
        return str(self.path.relative_to(here) if self.path.is_relative_to(here) else self.path)

    def exists(self) -> bool:
        return self.path.exists() or self.path.is_symlink()

    def read(self) -> bytes:
        """Raises Usage when it cannot be read."""
        try:
            return private_files.read(self.path, recovery.MAX_FILE + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no path"
            raise Usage(f"the recovery file cannot be read: {reason.lower()}") from None

    def header(self) -> Recovery:
        return recovery.read(self.read())

    def open(self, passphrase: Passphrase) -> MasterKey:
        """The master key. What stands in clear is true once this returns."""
        data = self.read()
        recovery.read(data)  # before anybody is asked for anything
        return recovery.unseal(data, passphrase.known(self.shown))

    def write(self, key: MasterKey, worker: str, passphrase: str) -> None:
        """Raises Refused rather than touch a file that is there."""
        data = recovery.seal(key, worker, passphrase, now=datetime.now(UTC), random=os.urandom)
        try:
            if not self.path.parent.exists():
                private.make_folder(self.path.parent)
            private.create(self.path, data)
        except FileExistsError:
            raise self.taken() from None
        except OSError as error:
            raise Refused(
                f"the recovery file cannot be written: {(error.strerror or '').lower()}",
                code="recovery_not_written",
            ) from None

    def taken(self) -> Refused:
        return Refused(
            f"{self.shown} is there already, and px overwrites no recovery file",
            code="recovery_exists",
            hint="name another one with --recovery-file, or move it away",
        )
