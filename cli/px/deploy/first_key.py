"""The first master key and its recovery file, which is written before the key is used."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

from px.errors import Refused
from px.keys.passphrase import Passphrase
from px.keys.recovery_file import RecoveryFile
from px.project import git
from px.project.master_key import MasterKey, make


class FirstKey:
    """`kept` False: the user wants no recovery file."""

    def __init__(
        self,
        file: RecoveryFile,
        worker: str,
        passphrase: Passphrase,
        say: Callable[[str], None],
        *,
        kept: bool,
    ) -> None:
        self._file = file
        self._worker = worker
        self._passphrase = passphrase
        self._say = say
        self._kept = kept

    def is_kept(self) -> bool:
        """Whether a recovery file exists, whose key will be used."""
        return self._kept and self._file.exists()

    def check(self) -> None:
        """Checks in advance, as far as possible, that `take` will work. Raises PxError."""
        if not self._kept:
            if self._file.exists():
                raise self._file.taken()
            return
        self._passphrase.check()
        if self._file.exists():
            self._check_worker()

    def take(self, still_wanted: Callable[[], None]) -> tuple[MasterKey, RecoveryFile | None]:
        """The file's key, or a new key in a new file. Asks for the passphrase.

        `still_wanted` raises if somebody else created a key in the meantime. Raises PxError.
        """
        if not self._kept:
            return _make(), None
        key = self._of_file() if self._file.exists() else self._new(still_wanted)
        return key, self._file

    def _of_file(self) -> MasterKey:
        """The key of an unfinished deploy, or of this Worker before it was deleted."""
        self._check_worker()
        self._say(f"Using the master key from {self._file.shown}")
        return self._file.open(self._passphrase)

    def _check_worker(self) -> None:
        if self._file.header().worker != self._worker:
            raise Refused(
                f"{self._file.shown} belongs to another Worker; nothing was changed",
                code="another_worker",
                hint="name another file with --recovery-file",
            )

    def _new(self, still_wanted: Callable[[], None]) -> MasterKey:
        shown, key = self._file.shown, _make()
        passphrase = self._passphrase.new(shown)
        if self._passphrase.was_typed:
            still_wanted()
        self._file.write(key, self._worker, passphrase)
        self._say(f"Wrote {shown}: with your passphrase, it restores the master key")
        if git.leaves_out(self._file.path) is False:
            self._say(f"Warning: git does not ignore {shown}; keep it elsewhere")
        return key


def _make() -> MasterKey:
    return make(datetime.now(UTC).date(), os.urandom)
