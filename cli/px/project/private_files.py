"""px's private files: which they are, and the only way to read them.

Anyone who can write such a file decides where a value is sent, and under which key and token it is
stored. So px only trusts a file that only this user or root can have put there, and that cannot
have come with a checkout.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO, Final

from px.errors import Usage
from px.files.regular import kind

FOLDER: Final = ".px"
DEPLOY_FILE: Final = ".env.deploy"
SECRETS_FILE: Final = ".env.secrets"
DEV_VARS: Final = ".dev.vars"
LOCAL: Final = "local.json"
ROOT: Final = "root.json"
EXAMPLE: Final = ".example"
OLD_TOKENS: Final = ".px/old-root-token-*.json"

# git must never track these: px reads addresses, keys and tokens from them. This also holds for
# an environment's own, `.env.deploy.staging`, and for copies, `.env.deploy.bak`.
UNTRACKED: Final = (
    *(DEPLOY_FILE, f"{DEPLOY_FILE}.*"),
    *(DEV_VARS, f"{DEV_VARS}.*"),
    *(f"{FOLDER}/{LOCAL}", f"{FOLDER}/local.*.json"),
    *(f"{FOLDER}/{ROOT}", f"{FOLDER}/root.*.json"),
    *(f"{FOLDER}/rotation.json", f"{FOLDER}/rotation.*.json"),
    *(f"{FOLDER}/deploy.json", f"{FOLDER}/deploy.*.json"),
    OLD_TOKENS,
    f"{FOLDER}/*.stamp",  # by these px knows what it has built and tried
)
# git may have these, and `px doctor` warns: values that px only hands on, keys under a passphrase,
# and whatever a later px stores.
TRACKABLE: Final = (SECRETS_FILE, f"{SECRETS_FILE}.*", f"{FOLDER}/*.json")

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_LINKS: Final = 40  # as many as Linux follows


def is_private(path: Path) -> bool:
    """Whether a file of this name is private; an example never is."""
    return not path.name.endswith(EXAMPLE) and any(
        fnmatch(name, pattern) for name in _names(path) for pattern in (*TRACKABLE, *UNTRACKED)
    )


def names_in(root: Path) -> list[str]:
    """A project's private files: those with fixed names, then existing ones with other names."""
    patterns = (*TRACKABLE, *UNTRACKED)
    found = [name for name in patterns if "*" not in name]
    for pattern in patterns:
        there = sorted(path for path in root.glob(pattern) if is_private(path))
        found += [str(path.relative_to(root)) for path in there]
    return list(dict.fromkeys(found))


def read(path: Path) -> bytes:
    """The bytes of a file whose name is px's choice.

    Raises FileNotFoundError, and Usage: `untrusted_file` for one that others may have written.
    """
    if not os.path.lexists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    with _naming(path):
        return read_typed(path)


def read_typed(path: Path, limit: int = -1) -> bytes:
    """The same for a name that the user typed, which may be a value: raises OSError, not Usage."""
    handle = _open(path)
    with os.fdopen(handle, "rb") as file:
        _check_git(path)
        return file.read(limit)


def check(path: Path) -> None:
    """The checks of `read`, except those of git, and Usage for a missing file."""
    open_checked(path).close()


def open_checked(path: Path) -> BinaryIO:
    """The file that passed the checks of `check`, for reading."""
    with _naming(path):
        return os.fdopen(_open(path), "rb")


def is_exposed(path: Path) -> bool:
    """Whether other users can open it."""
    return bool(path.stat().st_mode & 0o077)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Raises Usage with the file's name if it cannot be read."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise Usage(f"{_shown(path)} cannot be read: {reason}") from None


def _open(path: Path) -> int:
    """Checks the opened file, not whatever has the name a moment later."""
    check_folder(path.parent)
    for link in _links(path):
        _check_owner(link, link.lstat())
    _check_kind(path, path.stat())  # a socket cannot be opened
    # NONBLOCK: a named pipe must not block px before it is refused.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _check_file(path, os.fstat(handle))
    except BaseException:
        os.close(handle)
        raise
    return handle


def check_folder(folder: Path) -> None:
    """Raises Usage for a `.px` that others may have written to."""
    if folder.name != FOLDER or not folder.exists():
        return
    check_owner(folder)
    if folder.stat().st_mode & _OTHERS_WRITE:
        raise _untrusted(folder, "other users can write to it", f"chmod 700 {_shown(folder)}")


def check_owner(path: Path) -> None:
    """Raises Usage for another user's file, folder or link."""
    for link in _links(path):
        _check_owner(link, link.lstat())
    _check_owner(path, path.stat())


def owners() -> frozenset[int]:
    """This user, root and, for root under sudo, the caller: the same that git trusts."""
    own = os.geteuid() if hasattr(os, "geteuid") else 0
    caller = os.environ.get("SUDO_UID", "") if own == 0 else ""
    return frozenset({own, 0, *([int(caller)] if caller.isdecimal() else [])})


def _check_kind(path: Path, status: os.stat_result) -> None:
    if found := kind(status.st_mode):
        raise Usage(
            f"{_shown(path)} is {found}, not a regular file",
            code="untrusted_file",
            hint=f"move {_shown(path)} away",
        )


def _check_file(path: Path, status: os.stat_result) -> None:
    _check_kind(path, status)
    _check_owner(path, status)
    if status.st_mode & _OTHERS_WRITE:
        raise _untrusted(path, "other users can write to it", f"chmod 600 {_shown(path)}")


def _check_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid not in owners():
        own = f"chown -h {os.geteuid()}" if path.is_symlink() else f"chown {os.geteuid()}"
        raise _untrusted(
            path,
            f"it belongs to another user (uid {status.st_uid})",
            f"look at what is in it; if you trust it: sudo {own} {_shown(path)}",
        )


def _check_git(path: Path) -> None:
    """Checks every name of the file: a checkout may contain a link or its target."""
    from px.project import git

    if not any(fnmatch(name, pattern) for name in _names(path) for pattern in UNTRACKED):
        return

    for base, name in dict.fromkeys(_git_names(path)):
        if git.tracked(base, [name]):
            raise _untrusted(
                path,
                "git tracks it, so it may have come with a checkout",
                f"git rm --cached {_shown(base / name)}, and replace its contents",
            )


def _git_names(path: Path) -> Iterator[tuple[Path, str]]:
    """Folder and name; git does not know names below a folder that is a link."""
    for one in (*_links(path), *_links(path.parent), path.resolve()):
        yield one.parent, one.name


def _links(path: Path) -> list[Path]:
    """The chain of symbolic links from the name, itself first."""
    found: list[Path] = []
    while path.is_symlink() and len(found) < _LINKS:
        found.append(path)
        path = path.parent / path.readlink()
    return found


def _names(path: Path) -> tuple[str, str]:
    return path.name, f"{path.parent.name}/{path.name}"


def _untrusted(path: Path, reason: str, hint: str) -> Usage:
    return Usage(f"px does not use {_shown(path)}: {reason}", code="untrusted_file", hint=hint)


def _shown(path: Path) -> str:
    from px.project.git import shown

    return shown(path)
