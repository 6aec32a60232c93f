"""Asks git which files it tracks and ignores, without running any program of the repository.

Hooks set GIT_DIR and the like for a repository that need not be the one around a file, so git gets
none of the caller's GIT_* variables. It gets no credentials either.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from px.errors import Usage

SECONDS: Final = 10.0
# Where git finds its own settings. PATH is added without relative entries.
_PASSED_ON: Final = ("HOME", "XDG_CONFIG_HOME")
_SET: Final = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # A file's folder may be a separate mount below the repository.
    "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1",
    # A partial clone fetches missing objects with a program from its configuration.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
# Programs from a repository's configuration that git could run here; and a folder of a checkout
# that looks like a repository does not count as one (safe.bareRepository).
_RUN_NOTHING: Final = (
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
    *("-c", "core.sshCommand=false", "-c", "safe.bareRepository=explicit"),
    *("--no-pager", "--no-optional-locks"),
)


def is_installed() -> bool:
    return _binary() is not None


def tracked(folder: Path, names: Sequence[str]) -> list[str] | None:
    """The names that git tracks; None outside a repository. Raises Usage if git cannot tell.

    For a folder, the tracked files in it. Ignores case, as on a Mac: `.ENV` is `.env`.
    """
    return _ask(folder, "ls-files", "-z", "--", *(f":(icase){name}" for name in names))


def ignored(folder: Path, names: Sequence[str]) -> list[str] | None:
    """The names that git's rules ignore, even if tracked; None as for `tracked`."""
    words = ("check-ignore", "-z", "--stdin", "--no-index")
    return _ask(folder, *words, given=names, codes=(0, 1))


def leaves_out(path: Path) -> bool | None:
    """Whether git neither tracks the file nor would add it; None as for `tracked`."""
    has, skips = tracked(path.parent, [path.name]), ignored(path.parent, [path.name])
    if has is None or skips is None:
        return None
    return path.name in skips and not has


def _ask(
    folder: Path, *words: str, given: Sequence[str] = (), codes: Sequence[int] = (0,)
) -> list[str] | None:
    if not _has_repository(folder):
        return None
    binary = _binary()
    if binary is None:
        raise _unknown(folder, "git is not installed", "install git")
    command = [binary, *_RUN_NOTHING, "-C", str(folder), *words]
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
            command,
            env={**_environment(), **_SET},
            input=os.fsencode("\0".join(given)),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise _unknown(folder, "git did not answer in time", "run `git status` there") from None
    if done.returncode not in codes:
        if b"not a git repository (or any" in done.stderr:  # an empty `.git` is not a repository
            return None
        raise _refused(folder, done.stderr)
    return [name for name in os.fsdecode(done.stdout).split("\0") if name]


def _has_repository(folder: Path) -> bool:
    """Checks for `.git` like git, which is a file in a linked worktree or a submodule."""
    return any(os.path.lexists(parent / ".git") for parent in _upwards(folder))


def _upwards(folder: Path) -> list[Path]:
    here = folder.resolve()
    return [here, *here.parents]


def _environment() -> dict[str, str]:
    found = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"PATH": _path(), **found}


def _path() -> str:
    """PATH without `.` and other relative entries, so that no checkout provides the git to run."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if Path(entry).is_absolute())


def _binary() -> str | None:
    return shutil.which("git", path=_path())


def _refused(folder: Path, said: bytes) -> Usage:
    if b"dubious ownership" in said:
        top = next(one for one in _upwards(folder) if os.path.lexists(one / ".git"))
        trust = f"if you trust it: git config --global --add safe.directory {shown(top)}"
        return _unknown(folder, "the repository belongs to another user", trust)
    return _unknown(folder, "git cannot read the repository", "run `git status` there")


def _unknown(folder: Path, reason: str, hint: str) -> Usage:
    return Usage(
        f"px cannot tell which files git tracks in {shown(folder)}: {reason}",
        code="git_unknown",
        hint=hint,
    )


def shown(path: Path) -> str:
    """The path as the user can type it here, on one line."""
    import shlex

    from px.terminal import printable

    relative = os.path.relpath(path)
    return printable(shlex.quote(str(path) if relative.startswith("..") else relative))
