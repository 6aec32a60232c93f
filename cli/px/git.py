"""git, asked which files it has and which it leaves alone. No credential of ours reaches it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SECONDS: Final = 10.0
# Where git finds its settings and the repository.
_PASSED_ON: Final = (
    *("PATH", "HOME", "XDG_CONFIG_HOME"),
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"),
)


def is_installed() -> bool:
    return shutil.which("git") is not None


def tracked(folder: Path, names: Sequence[str]) -> list[str] | None:
    """Those that git has; None where there is no git, or no repository that it trusts."""
    return _ask(folder, "ls-files", "--", *names)


def ignored(folder: Path, names: Sequence[str]) -> list[str] | None:
    """Those that its rules leave out, also one that it has all the same; None as for `tracked`."""
    return _ask(folder, "check-ignore", "--no-index", "--", *names)


def leaves_out(path: Path) -> bool | None:
    """Whether git neither has the file nor would take it; None as for `tracked`."""
    has, skips = tracked(path.parent, [path.name]), ignored(path.parent, [path.name])
    if has is None or skips is None:
        return None
    return path.name in skips and path.name not in has


def _ask(folder: Path, *words: str) -> list[str] | None:
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
            ["git", *words],  # noqa: S607 - the user's own git
            cwd=folder,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return os.fsdecode(done.stdout).splitlines() if done.returncode in (0, 1) else None
