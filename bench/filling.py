"""Writes many names into the ledger of a Worker that is stopped: the same commands, on CPython."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import Final

from positronic.access.audit_throttle import AuditThrottle
from positronic.audit.events import Origin
from positronic.ciphers.native import NativeCipher
from positronic.commands.command import Command
from positronic.commands.place import Place
from positronic.commands.work import Tools
from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile
from positronic.names import MAX_BULK, Name, Project
from positronic.roles import Principal, Role
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from positronic.times import DAY

KEY_ID: Final = "bench"
PROJECT: Final = Project("default")

_ROOT: Final = Principal("root", "root", Role.ROOT, None)
_HAS_SECRETS: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'secret'"


def name_of(number: int) -> Name:
    return Name(f"NAME_{number:06}")


def fill(state: Path, keys: str, size: int) -> None:
    """So that the project there has `size` names. Nothing of it is copied to KV."""
    file = SqliteFile(str(_ledger(state)))
    with closing(file):
        asyncio.run(_fill(_place(file, keys), Keyring(keys).newest, size))


async def _fill(place: Place, newest: str, size: int) -> None:
    for start in range(1, size, MAX_BULK):
        numbers = range(start, min(start + MAX_BULK, size))
        entries = [[name_of(one), token_hex(20)] for one in numbers]
        await place.run(
            Command(
                *(PROJECT, token_hex(16), "secret.bulk", {"entries": entries}),
                *(_ROOT, Role.WRITER, Origin(token_hex(8), None), newest),
            )
        )


def _place(file: SqliteFile, keys: str) -> Place:
    cipher, keyring = NativeCipher(), Keyring(keys)
    tools = Tools(
        *(cipher, keyring, Sealer(PROJECT, cipher, keyring, os.urandom), _now, os.urandom),
        *(400 * DAY, lambda work: work.close(), AuditThrottle(_now)),
    )
    return Place(PROJECT, SqliteLedger(file, os.urandom), tools)


def _ledger(state: Path) -> Path:
    """The file of the one project that has secrets."""
    files = (state / "v3" / "do").glob("*/*.sqlite")
    (found,) = (path for path in files if path.stem != "metadata" and _has_secrets(path))
    return found


def _has_secrets(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(_HAS_SECRETS).fetchone() is not None


def _now() -> int:
    return time.time_ns() // 1_000_000
