"""What is safe to log of an unexpected error."""

from __future__ import annotations

import traceback


def summary_of(error: Exception) -> str:
    """The error's type and code lines, without its message, which may contain what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} at {places}"
