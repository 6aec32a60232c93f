"""A host's data folder: its keys, its ledgers and where its values are. Nothing is written."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.errors import PxError
from px.keys.recovery_file import RecoveryFile
from px.project import owner_only
from px.serve import data_folder
from px.serve.data_folder import LEDGERS, LOCK, MASTER_KEYS, RECOVERY, ROOT_HASH, ROOT_TOKEN
from px.serve.host_keys import HostKeys
from px.serve.ledgers import SUFFIX, LedgerFiles
from px.terminal import printable

SHOWN: Final = 5
MOMENT: Final = 0.05  # seconds at most that a commit of a px serve waits for us: it gives up soon
LARGEST: Final = 4 * 1024**2  # bytes that are looked through meanwhile: one step can be long
STEPS: Final = 1000  # of SQLite, between two looks at the clock
_KEY_FILES: Final = (MASTER_KEYS, ROOT_HASH, ROOT_TOKEN, RECOVERY)
_OF_ENVIRONMENT: Final = "a px serve without this file takes {name} from its own environment"


def check_host(root: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """`environ`: px doctor's own, which need not be that of a px serve that runs."""
    folder = data_folder.DataFolder(root)
    try:
        folder.check()
    except PxError as error:
        yield Finding("host", FAIL, error.message.partition(";")[0], error.hint)
        return
    is_running = owner_only.is_locked(root / LOCK)
    does = "a px serve runs on it" if is_running else "no px serve runs on it"
    yield Finding("host", OK, f"the data folder is its owner's alone, and {does}")
    yield from _files(folder)
    yield from _keys(folder, environ)
    yield _ledgers(folder, is_running=is_running)
    from px.doctor.host_values import check_values

    yield from check_values(folder, environ)


def _files(folder: data_folder.DataFolder) -> Iterator[Finding]:
    """Those that only the owner may read."""
    for name in _KEY_FILES:
        try:
            if folder.read(name) is None:
                continue
        except PxError as error:
            yield Finding("mode", FAIL, error.message, error.hint)
            continue
        mode = stat.S_IMODE((folder.root / name).stat().st_mode)
        message = f"{name} has mode {mode:o}"
        if name == ROOT_TOKEN:
            hint = "move it to where you use px: the host needs its digest alone"
            yield Finding("mode", WARN, f"{message}, and is still in the data folder", hint)
        else:
            yield Finding("mode", OK, message)


def _keys(folder: data_folder.DataFolder, environ: Mapping[str, str]) -> Iterator[Finding]:
    """By their ids: no key is shown."""
    in_environment = bool(environ.get("MASTER_KEYS", "").strip())
    try:
        ids = HostKeys(folder).ids()
    except PxError as error:
        yield Finding("keys", FAIL, error.message, error.hint)
        return
    if ids and in_environment:
        message = f"MASTER_KEYS is in the environment, and {MASTER_KEYS} is in the data folder"
        yield Finding("keys", FAIL, message, "keep one of the two")
    elif not ids:
        where = "MASTER_KEYS is in this environment" if in_environment else "unknown"
        yield Finding("keys", SKIP, f"{where}: {_OF_ENVIRONMENT.format(name='MASTER_KEYS')}")
        return
    else:
        older = f", and {len(ids) - 1} older" if len(ids) > 1 else ""
        yield Finding("keys", OK, f"newest {ids[0]}{older}, from {MASTER_KEYS}")
    yield _recovery(folder, ids[0])


def _recovery(folder: data_folder.DataFolder, newest: str) -> Finding:
    file = RecoveryFile(folder.root / RECOVERY)
    if not file.exists():
        message = f"unknown: there is no {RECOVERY} here; yours must be for the key {newest}"
        return Finding("recovery", SKIP, message)
    try:
        found = file.header().key_id
    except PxError as error:
        return Finding("recovery", FAIL, error.message, error.hint)
    if found == newest:
        return Finding("recovery", OK, f"{RECOVERY} is for the newest key, {newest}")
    message = f"{RECOVERY} is for the key {found}, but the host seals with {newest}"
    return Finding("recovery", FAIL, message, "`px key rotate --data DIR` makes a key with a file")


def _ledgers(folder: data_folder.DataFolder, *, is_running: bool) -> Finding:
    wrong, untold = dict[str, str](), list[str]()
    names = [*LedgerFiles(folder.ledgers).projects()]
    for name in names:
        state = look(folder.ledgers / f"{name}{SUFFIX}", MOMENT if is_running else None)
        if state == TOO_LONG:
            untold.append(name)
        elif state != INTACT:
            wrong[printable(name)] = state
    if wrong:
        some = ", ".join(f"{name} ({why})" for name, why in [*wrong.items()][:SHOWN])
        hint = "stop px serve, keep a copy of the folder, and restore a backup"
        return Finding(
            "ledgers", FAIL, f"{len(wrong)} of {len(names)} are not intact: {some}", hint
        )
    if untold:
        message = f"{len(untold)} of {len(names)} are too large to look through while px serve runs"
        return Finding("ledgers", SKIP, message, "stop px serve to have all of them checked")
    what = f"{len(names)} in {LEDGERS}, all intact" if names else "there are none yet"
    return Finding("ledgers", OK, what)


INTACT: Final = "intact"
TOO_LONG: Final = "too long"


def look(path: Path, seconds: float | None) -> str:
    """What SQLite's own quick check says of a ledger; TOO_LONG if it takes longer than `seconds`.

    Read-only, and never long beside a px serve, whose commits wait for those that read.
    """
    if seconds is None and os.path.lexists(f"{path}-journal"):
        return "a commit was broken off: the next px serve undoes it"
    end = None if seconds is None else time.monotonic() + seconds
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # to open a pipe could take forever
            return "it is not a regular file"
        if end is not None and found.st_size > LARGEST:
            return TOO_LONG
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as one:
            one.execute(f"PRAGMA busy_timeout = {int((seconds or 1) * 1000)}")
            if end is not None:
                one.set_progress_handler(lambda: time.monotonic() > end, STEPS)
            said = one.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        # Only its code: the text may hold what was stored.
        is_late = error.sqlite_errorcode in (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY)
        return TOO_LONG if is_late else "it cannot be opened"
    except sqlite3.Error:
        return "it is damaged"
    except OSError:
        return "it cannot be opened"
    return INTACT if said == ("ok",) else "it is damaged"
