"""The brains that a host runs: every file in `brains/` of a folder, found as the Worker finds them.

Their code runs in this process, beside the master key. So the folder is only used if nobody else
can write to it.
"""

from __future__ import annotations

import gc
import stat
import sys
from pathlib import Path
from typing import Final

from positronic.brains.brain_errors import InvalidBrain
from positronic.brains.discovery import NO_BRAINS, Brains, find_brains
from positronic.brains.known_values import KnownValues
from positronic.brains.live_redactors import cleaning_up
from positronic.brains.log_guard import LogGuard
from px.errors import Usage
from px.project import private_files

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def load(folder: Path | None, values: KnownValues) -> Brains:
    """Raises Usage for a folder without brains, and for a brain that cannot be imported.

    From now on this process prints no value of a run.
    """
    if folder is None:
        return NO_BRAINS
    from positronic.cloudflare import brain_files

    for one in (folder, folder / brain_files.FOLDER):
        _check(one)
    # Before any brain is imported, because it may keep a stream.
    sys.stdout = sys.__stdout__ = LogGuard(sys.stdout, values)  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = LogGuard(sys.stderr, values)  # type: ignore[misc, assignment]
    gc.callbacks.append(cleaning_up())
    sys.path.insert(0, str(folder.resolve()))
    try:
        return find_brains(brain_files.import_all())
    except (brain_files.NotImported, InvalidBrain) as error:
        raise Usage(f"a brain cannot be used: {error}", code="invalid_brain") from None


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise Usage(
            "--brains expects a folder that has a folder brains/ in it",
            hint="in a project that is worker/",
        )
    private_files.check_owner(folder)
    if folder.stat().st_mode & _OTHERS_WRITE:
        raise Usage(
            "other users can write to the folder of --brains, whose code would get the master key",
            code="untrusted_file",
            hint="chmod go-w it",
        )
