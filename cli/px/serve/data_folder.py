"""The data folder of a host: ledgers, key files and a lock, which only its owner may enter.

Anyone who can write here decides under which key values are sealed and who is root; anyone who can
read here has the master key. So the folder is checked at the start, and each key file whenever it
is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from px.errors import Refused, Usage
from px.project import git, owner_only, private_files

MASTER_KEYS: Final = "master-keys"
ROOT_HASH: Final = "root-token-sha256"
ROOT_TOKEN: Final = "root-token"  # noqa: S105 - a file's name
RECOVERY: Final = "recovery.json"
HOST: Final = "host.json"
TARGETS: Final = "targets.json"
TARGET_CREDENTIALS: Final = "target-credentials"
LEDGERS: Final = "ledgers"
LOCK: Final = "lock"

DEFAULT: Final = Path("px-data")
MAX_KEY_FILE: Final = 64 * 1024  # bytes
_OTHERS: Final = 0o077
_OURS: Final = (MASTER_KEYS, ROOT_HASH, HOST, TARGETS, TARGET_CREDENTIALS, LOCK, LEDGERS)

Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DataFolder:
    """`root`: as the user wrote it, so that no message repeats it."""

    root: Path

    @property
    def ledgers(self) -> Path:
        return self.root / LEDGERS

    def exists(self) -> bool:
        return self.root.is_dir()

    def check(self) -> None:
        """Raises Refused without the folder, Usage for one that others own or may enter."""
        if not self.exists():
            raise Refused(
                "there is no data folder here; nothing was started",
                code="no_data_folder",
                hint="make one with `px serve init`, or name it with --data",
            )
        private_files.check_owner(self.root)
        if self.root.stat().st_mode & _OTHERS:
            raise Usage(
                "other users of this machine can enter the data folder",
                code="data_folder_open",
                hint="chmod 700 it; if it was open for long, rotate the master key",
            )
        if git.tracked(self.root, _OURS):
            raise Usage(
                "git tracks files in the data folder, so they may have come with a checkout",
                code="untrusted_file",
                hint="make a folder of your own with `px serve init`",
            )
        for name in (LOCK, LEDGERS):
            if (self.root / name).is_symlink():
                raise Usage(
                    f"{name} in the data folder is a link; nothing was started",
                    code="untrusted_file",
                    hint="remove it: px makes its own",
                )

    def read(self, name: str) -> str | None:
        """A key file's text without its line end; None without the file.

        Raises Usage for one that others may have written or can read, or that is not text.
        """
        path = self.root / name
        try:
            data = private_files.read_typed(path, MAX_KEY_FILE)
            is_exposed = private_files.is_exposed(path)
            text = data.decode()
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = (error.strerror or "it failed").lower()
            raise Usage(f"{name} in the data folder cannot be read: {reason}") from None
        except UnicodeDecodeError:
            hint = (
                _RESTORE if name == MASTER_KEYS else f"restore a copy of {name}, or write it again"
            )
            raise Usage(f"{name} in the data folder is not UTF-8 text", hint=hint) from None
        if is_exposed:
            raise Usage(
                f"other users of this machine can read {name} in the data folder",
                code="key_file_open",
                hint=f"chmod 600 it; if it was open for long, replace what is in {name}",
            )
        return text.rstrip("\r\n")

    def stamp(self, name: str) -> Stamp:
        """Differs once the file was replaced or changed; empty without one."""
        try:
            found = (self.root / name).stat()
        except OSError:
            return ()
        return (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)

    def write(self, name: str, text: str) -> None:
        """The whole file, or the old one stays."""
        owner_only.replace(self.root / name, f"{text}\n".encode())

    @contextmanager
    def held(self) -> Iterator[None]:
        """One process at a time. Raises Refused, naming the process that has it."""
        path = self.root / LOCK
        try:
            with owner_only.locked(path, wait=False) as lock:
                os.ftruncate(lock, 0)
                os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
                yield
        except BlockingIOError:
            raise Refused(
                f"another px serve{_holder(path)} has this data folder; nothing was started",
                code="data_folder_held",
                hint="one process a folder: stop that one, or give this one a folder of its own",
            ) from None


_RESTORE: Final = "restore a copy of it: without its keys, no ledger here can be opened"


def _holder(path: Path) -> str:
    with suppress(OSError, ValueError):
        return f" (process {int(path.read_bytes()[:20])})"
    return ""
