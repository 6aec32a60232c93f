"""What `px dev` keeps of the Worker's log and of its own messages: two files, for `px logs`.

wrangler_dev.mjs writes what the Worker says, a JSON object a line: time, level and message. A file
that has become too long takes the place of the older one.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from px.local.worker_log import open_log

LIMIT: Final = 524_288  # bytes of each of the two
OWN: Final = "px"  # the level of what px dev itself says


def beside(log: Path) -> Path:
    """The newer file of the Worker with this log."""
    return log.with_suffix(".ndjson")


def older(kept: Path) -> Path:
    """The file before this one."""
    return kept.with_name(f"{kept.name}.old")


def keep(kept: Path, message: str) -> None:
    """Adds what px dev says, if that can be written."""
    entry = {"time": time.time_ns() // 1_000_000, "level": OWN, "message": message}
    with suppress(OSError), open_log(kept, fresh=False) as file:
        file.write(json.dumps(entry).encode() + b"\n")
