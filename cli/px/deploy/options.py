"""What the user asked of a deploy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`recovery_file` None: px's own place; `wants_recovery` False: no file."""

    url: str | None = None
    recovery_file: Path | None = None
    wants_recovery: bool = True
    new_token: bool = False
    adopt: bool = False
    wait: float = 180.0
    checks: bool = True
