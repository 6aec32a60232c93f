"""git, asked which files it has and which it leaves alone; nothing that a repository names is run.

Hooks set GIT_DIR and its like for a repository that need not be the one around a file, so git gets
no GIT_* variable of the caller's. No credential of ours reaches it either.
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
# Where git finds its own settings. PATH is added without the entries that a folder could fill.
_PASSED_ON: Final = ("HOME", "XDG_CONFIG_HOME")
_SET: Final = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # A file's own folder may be a mount of its own, below the repository.
    "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1",
    # A partial clone fetches what it lacks, by a program that its configuration names.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
# What a repository's configuration could have git run while it reads the index and the rules; and
# a folder of a checkout that looks like a repository is none (safe.bareRepository).
_RUN_NOTHING: Final = (
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
    *("-c", "core.sshCommand=false", "-c", "safe.bareRepository=explicit"),
    *("--no-pager", "--no-optional-locks"),
)


def is_installed() -> bool:
    return _binary() is not None


def tracked(folder: Path, names: Sequence[str]) -> list[str] | None:
    """Those that git has; None outside a repository. Raises Usage where git cannot tell.

    Below a name, it is what git has there. Spelling counts as on a Mac: `.ENV` is `.env`.
    """
    return _ask(folder, "ls-files", "-z", "--", *(f":(icase){name}" for name in names))


def ignored(folder: Path, names: Sequence[str]) -> list[str] | None:
    """Those that its rules leave out, also one that it has all the same; None as for `tracked`."""
    words = ("check-ignore", "-z", "--stdin", "--no-index")
    return _ask(folder, *words, given=names, codes=(0, 1))


def leaves_out(path: Path) -> bool | None:
    """Whether git neither has the file nor would take it; None as for `tracked`."""
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
        if b"not a git repository (or any" in done.stderr:  # an empty `.git` is none
            return None
        raise _refused(folder, done.stderr)
    return [name for name in os.fsdecode(done.stdout).split("\0") if name]


def _has_repository(folder: Path) -> bool:
    """By what git itself looks for: a file `.git` in a linked worktree or a submodule."""
    return any(os.path.lexists(parent / ".git") for parent in _upwards(folder))


def _upwards(folder: Path) -> list[Path]:
    here = folder.resolve()
    return [here, *here.parents]


def _environment() -> dict[str, str]:
    found = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"PATH": _path(), **found}


def _path() -> str:
    """Without `.` and its like: no checkout brings the git that is run."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if Path(entry).is_absolute())


def _binary() -> str | None:
    return shutil.which("git", path=_path())


def _refused(folder: Path, said: bytes) -> Usage:
    if b"dubious ownership" in said:
        top = next(one for one in _upwards(folder) if os.path.lexists(one / ".git"))
        trust = (
            f"if you trust the repository: git config --global --add safe.directory {shown(top)}"
        )
        return _unknown(folder, "the repository belongs to another user", trust)
    return _unknown(folder, "git cannot read the repository", "run `git status` there")


def _unknown(folder: Path, reason: str, hint: str) -> Usage:
    return Usage(
        f"px cannot tell which files git tracks in {shown(folder)}: {reason}",
        code="git_unknown",
        hint=hint,
    )


def shown(path: Path) -> str:
    """As it can be typed here, in one line."""
    import shlex

    from px.terminal import printable

    relative = os.path.relpath(path)
    return printable(shlex.quote(str(path) if relative.startswith("..") else relative))
