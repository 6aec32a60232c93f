"""What a run can be: it is running, or it ended in exactly one of the other ways."""

from __future__ import annotations

from typing import Final

RUNNING: Final = "running"
COMPLETE: Final = "complete"  # every step that was asked for
ERROR: Final = "error"  # a step failed, or the run reached a limit of its events
CANCELLED: Final = "cancelled"
TIMEOUT: Final = "timeout"
INTERRUPTED: Final = "interrupted"  # its process ended

STATUSES: Final = (RUNNING, COMPLETE, ERROR, CANCELLED, TIMEOUT, INTERRUPTED)
# How a run ends that its brain did not end, by the type of its last event.
BROKEN_OFF: Final = {
    "brain:interrupted": INTERRUPTED,
    "brain:cancelled": CANCELLED,
    "brain:timeout": TIMEOUT,
}
# Of the step that was running when its run was stopped: how much it did is not known.
UNKNOWN: Final = "unknown"
