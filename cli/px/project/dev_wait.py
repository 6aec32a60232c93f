"""Waits for the Worker of a `px dev` that is starting or restarting."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

from px import terminal
from px.project import dev_state
from px.project.workspace import Workspace, nearest

PAUSE: Final = 0.2  # seconds between two looks at what px dev does
_SOON_READY: Final = (dev_state.STARTING, dev_state.RESTARTING)
_said: set[Path] = set()


def wait_for_worker(source: str, seconds: float) -> float:
    """The seconds left once the `px dev` whose file the token is from is done with a start.

    0 if it is not done in time. Says once for each project that it waits, on stderr, and nothing
    with --json. Returns at once for any other token, and when no px dev is starting.
    """
    project = nearest(Path.cwd())
    if project is None or source != project.environment.local_file:
        return seconds
    deadline = time.monotonic() + seconds
    while (state := dev_state.state_of(project)) in _SOON_READY:
        left = deadline - time.monotonic()
        if left <= 0:
            return 0
        _say(project, state, seconds)
        time.sleep(min(PAUSE, left))
    return max(deadline - time.monotonic(), 0)


def wait_for_first_start(seconds: float) -> bool:
    """Waits while the first `px dev` of this folder's project starts; False if none does."""
    project = nearest(Path.cwd())
    if project is None or project.local_json.exists() or not dev_state.state_of(project):
        return False
    wait_for_worker(project.environment.local_file, seconds)
    return True


def _say(project: Workspace, state: str, seconds: float) -> None:
    if project.root in _said or "--json" in sys.argv:
        return
    _said.add(project.root)
    what = dev_state.NOT_READY[state][0]
    terminal.say(f"The Worker of px dev {what}; px waits for it, up to {seconds:.0f} s")
