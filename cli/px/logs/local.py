"""What `px dev` kept of its Worker's log: the newest lines, and new ones as they are written."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from px.errors import Usage
from px.local import kept_log
from px.logs.entry import Entries, LogEntry, make_entry
from px.project import private_files
from px.project.workspace import Workspace

POLL: Final = 0.2  # seconds


def recent(project: Workspace, limit: int) -> Entries:
    """The newest entries, oldest first. Raises Usage where px dev has kept nothing."""
    kept = kept_log.beside(project.log)
    if not any(os.path.lexists(path) for path in (kept_log.older(kept), kept)):
        raise Usage("px dev has not run in this folder", hint="start it: `px dev`")
    return (entry for entry in _newest(kept, _read(kept), limit))


def follow(project: Workspace, limit: int) -> Entries:
    """The newest entries, then each that is written from this call on. Never ends."""
    kept = kept_log.beside(project.log)
    file = _open(kept)
    whole = file.read() if file else b""
    ended, _, unended = whole.rpartition(b"\n")
    return _following(_newest(kept, ended, limit), kept, file, unended)


def _newest(kept: Path, written: bytes, limit: int) -> list[LogEntry]:
    """Of what is written in the newer file, and of the older one."""
    if not limit:
        return []
    return list(_entries(_read(kept_log.older(kept)) + written))[-limit:]


def _following(
    newest: Sequence[LogEntry], kept: Path, file: BinaryIO | None, unended: bytes
) -> Entries:
    yield from newest
    try:
        while True:
            if file is not None:
                ended, _, unended = (unended + file.read()).rpartition(b"\n")
                yield from _entries(ended)
            newer = None if _is_current(file, kept) else _open(kept)
            if newer is None:
                time.sleep(POLL)
                continue
            if file is not None:
                yield from _entries(unended + file.read())
                file.close()
            file, unended = newer, b""
    finally:
        if file is not None:
            file.close()


def _read(kept: Path) -> bytes:
    """Empty without a file."""
    file = _open(kept)
    if file is None:
        return b""
    with file:
        return file.read()


def _open(kept: Path) -> BinaryIO | None:
    """None without one. Raises Usage unless it is a regular file of this user."""
    if not os.path.lexists(kept):
        return None
    return private_files.open_checked(kept)


def _is_current(file: BinaryIO | None, kept: Path) -> bool:
    """Whether this is the file that px dev writes now."""
    try:
        return file is not None and os.path.samestat(os.fstat(file.fileno()), kept.stat())
    except FileNotFoundError:
        return True  # none yet after this one


def _entries(written: bytes) -> Iterator[LogEntry]:
    """A line that is not as px dev writes it is left out."""
    for line in written.split(b"\n"):
        try:
            found = json.loads(line)
            level, message = found["level"], str(found["message"])
        except (ValueError, KeyError, TypeError):
            continue
        entry = make_entry(found.get("time"), level, message)
        yield replace(entry, level=level) if level == kept_log.OWN else entry
