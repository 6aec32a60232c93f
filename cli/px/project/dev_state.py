"""What the `px dev` of a project is doing, which it writes into the file that it locks."""

from __future__ import annotations

import os
from typing import Final

from px.project import owner_only
from px.project.workspace import Workspace

STARTING: Final = "starting"
RESTARTING: Final = "restarting"
STOPPED: Final = "stopped"
RUNNING: Final = "running"
_SIZE: Final = 64  # bytes
_SOON: Final = "try again in a moment; `px logs --local` shows what px dev does"
# What to say while the Worker does not answer, and what to do.
NOT_READY: Final = {
    STARTING: ("is still starting", _SOON),
    RESTARTING: ("is restarting", _SOON),
    STOPPED: ("is stopped: its code does not start", "`px logs --local` shows why"),
}


def note(lock: int, state: str) -> None:
    """Writes the process and its state."""
    os.pwrite(lock, f"{os.getpid()} {state}".encode().ljust(_SIZE), 0)


def process_of(project: Workspace) -> str:
    """The number of the process that wrote last; empty if unknown."""
    return _words(project)[0]


def state_of(project: Workspace) -> str:
    """Empty if no px dev is running."""
    return _words(project)[1] if owner_only.is_locked(project.dev_lock) else ""


def _words(project: Workspace) -> tuple[str, str]:
    try:
        number, state, *_ = [*project.dev_lock.read_text()[:_SIZE].split(), "", ""]
    except (OSError, ValueError):
        return "", ""
    return number, state
