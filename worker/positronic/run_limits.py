"""How many runs and watches there may be at once, and how long a run may take and is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from positronic.times import DAY

MAX_TIME: Final = 7 * 24 * 3600  # seconds: the most that a time limit can be


@dataclass(frozen=True, slots=True)
class RunLimits:
    """`time`: seconds that a run may take. `retention`: milliseconds that it is kept."""

    runs_per_token: int = 50
    runs_per_project: int = 200
    watches_per_token: int = 50
    time: int = 24 * 3600
    retention: int = 30 * DAY
