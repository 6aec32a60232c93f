"""A command line, where and in which environment it runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """Each run is a process of its own, with `folder` for its home."""

    words: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Raises SystemExit with what it said when it fails: a fast failure is no figure."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "NO_COLOR": "1"}
        done = subprocess.run(
            self.words,
            cwd=self.folder,
            env=environment | dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{self.words} failed: {done.stderr or done.stdout}")
