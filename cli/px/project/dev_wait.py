"""Waits for the Worker of a `px dev` that is starting or restarting."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from px.project import dev_state
from px.project.workspace import Workspace

PAUSE: Final = 0.2  # seconds between two looks at what px dev does
APPEARS: Final = 1.0  # seconds until a px dev that was started just before says so
_SOON_READY: Final = (dev_state.STARTING, dev_state.RESTARTING)


def wait_for_start(
    project: Workspace, seconds: float, say: Callable[[str], None], appears: float = 0.0
) -> bool:
    """Whether it was so, or became so within `appears` seconds. Waits at most so long, and says
    that it does.
    """
    state = _state_within(project, min(appears, seconds))
    if state not in _SOON_READY:
        return False
    what = dev_state.NOT_READY[state][0]
    say(f"The Worker of px dev {what}; px waits for it, up to {seconds:.0f} s")
    deadline = time.monotonic() + seconds
    while dev_state.state_of(project) in _SOON_READY and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return True


def _state_within(project: Workspace, seconds: float) -> str:
    """The state of a px dev that runs by then."""
    deadline = time.monotonic() + seconds
    while not (state := dev_state.state_of(project)) and time.monotonic() < deadline:
        time.sleep(min(PAUSE, seconds))
    return state
