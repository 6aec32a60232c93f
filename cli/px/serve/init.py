"""`px serve init`: a data folder with a master key, a recovery file and a root token.

All of it is written into a folder beside, which then gets the name: there is a whole data folder,
or none. What was made is in files that only their owner can read, and is never printed.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from positronic.access.tokens import mint_root, root_hash
from px.errors import Refused, Usage
from px.keys.passphrase import Passphrase
from px.keys.recovery_file import RecoveryFile
from px.project import owner_only
from px.project.master_key import make
from px.serve import data_folder
from px.serve.data_folder import DataFolder

FORMAT = "px-serve-1"


@dataclass(frozen=True, slots=True)
class NewHost:
    """What a recovery file calls it, the id of its master key, and whether it has that file."""

    name: str
    key_id: str
    has_recovery: bool

    def document(self) -> dict[str, object]:
        recovery = data_folder.RECOVERY if self.has_recovery else None
        return {
            "host": self.name,
            "key": self.key_id,
            "rootToken": data_folder.ROOT_TOKEN,
            "recoveryFile": recovery,
        }


def init(
    folder: DataFolder, passphrase: Passphrase | None, random: Callable[[int], bytes]
) -> NewHost:
    """`passphrase`: None for no recovery file. Raises PxError, and then there is no folder."""
    _check_new(folder.root)
    typed = None
    if passphrase is not None:
        passphrase.check()
        typed = passphrase.new(data_folder.RECOVERY)
    key = make(datetime.now(UTC).date(), random)
    token, name = mint_root(random), f"host-{random(6).hex()}"
    with _appearing(folder.root) as beside:
        new = DataFolder(beside)
        if typed is not None:
            RecoveryFile(beside / data_folder.RECOVERY).write(key, name, typed)
        new.write(data_folder.MASTER_KEYS, key.entry)
        new.write(data_folder.ROOT_HASH, root_hash(token))
        new.write(data_folder.ROOT_TOKEN, token)
        new.write(".gitignore", "*")  # a checkout around it must never get a key
        new.write(data_folder.HOST, json.dumps({"format": FORMAT, "name": name}))
    return NewHost(name, key.id, typed is not None)


def new_root_token(folder: DataFolder, random: Callable[[int], bytes]) -> None:
    """Replaces it; a host that runs takes it with the next request. Raises PxError."""
    folder.check()
    if folder.read(data_folder.ROOT_HASH) is None:
        raise Refused(
            f"there is no {data_folder.ROOT_HASH} in the data folder; nothing was changed",
            code="not_initialized",
            hint="where ROOT_TOKEN_SHA256 is in the environment, replace it there",
        )
    token = mint_root(random)
    folder.write(data_folder.ROOT_TOKEN, token)  # first: it must not be lost once it counts
    folder.write(data_folder.ROOT_HASH, root_hash(token))


def _check_new(root: Path) -> None:
    """Raises Refused for a folder with anything in it: px overwrites no key."""
    try:
        is_taken = os.path.lexists(root) and (not root.is_dir() or any(root.iterdir()))
    except OSError as error:
        raise _not_made(error) from None
    if is_taken:
        raise Refused(
            "there is something under that name already, and px overwrites no key; nothing was "
            "changed",
            code="data_folder_exists",
            hint="choose another folder; `px serve --data DIR` starts one that was made",
        )


@contextmanager
def _appearing(root: Path) -> Iterator[Path]:
    """A folder that gets this name once it is complete. Raises Usage."""
    beside: Path | None = None
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{root.name}.", dir=root.parent))
        owner_only.make_folder(beside / data_folder.LEDGERS)
        yield beside
        _sync(beside)
        beside.rename(root)
        _sync(root.parent)
    except OSError as error:
        raise _not_made(error) from None
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _not_made(error: OSError) -> Usage:
    reason = (error.strerror or "it failed").lower()
    return Usage(f"the data folder cannot be made: {reason}", code="data_folder_not_made")
