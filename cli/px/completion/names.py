"""The names of a project's secrets, and of a server's projects, as px last saw them.

Only for completion. One file per address and project, and one per address, in $XDG_CACHE_HOME/px
or ~/.cache/px, readable only by its owner. It holds names, never values or tokens; PX_NO_CACHE=1
turns it off. A missing, old or unwritable cache never makes a command fail.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from re import Pattern
from typing import TYPE_CHECKING

from positronic.names import NAME, PROJECT
from px.files.regular import open_regular

if TYPE_CHECKING:
    from px.settings import Target

OFF = "PX_NO_CACHE"
MAX_READ = 4 * 1024 * 1024  # characters


class KnownNames:
    """Names of one kind. `path` None: nothing known, nothing stored."""

    def __init__(self, path: str | None, kind: Pattern[str] = NAME) -> None:
        self._path = path
        self._kind = kind

    def read(self) -> list[str]:
        """The names, sorted. Invalid ones are left out: they could control a terminal."""
        if self._path is None:
            return []
        try:
            with open(self._path, encoding="ascii", opener=open_regular) as file:
                text = file.read(MAX_READ)
            return sorted({line for line in text.split("\n") if self._kind.fullmatch(line)})
        except (OSError, ValueError):
            return []

    def replace(self, names: Iterable[str]) -> None:
        found = sorted(set(names))
        if self._path is not None and found != self.read():
            with suppress(OSError):
                _write(self._path, "".join(f"{name}\n" for name in found))

    def add(self, names: Iterable[str]) -> None:
        self.replace([*self.read(), *names])

    def discard(self, name: str) -> None:
        self.replace(known for known in self.read() if known != name)


def known_names(target: Target, environ: Mapping[str, str]) -> KnownNames:
    """The secrets of this project there."""
    key = _key("names", f"{target.address.origin}\n{target.project_name}")
    return KnownNames(_path(environ, key))


def known_projects(target: Target, environ: Mapping[str, str]) -> KnownNames:
    """The projects there."""
    return KnownNames(_path(environ, _key("projects", target.address.origin)), PROJECT)


def _path(environ: Mapping[str, str], name: str) -> str | None:
    folder = _folder(environ)
    return None if folder is None else os.path.join(folder, name)  # noqa: PTH118


def _folder(environ: Mapping[str, str]) -> str | None:
    """The folder; None without a home, or if the cache is off."""
    chosen, home = environ.get("XDG_CACHE_HOME", ""), environ.get("HOME", "")
    base = chosen if chosen.startswith("/") else f"{home}/.cache" if home.startswith("/") else None
    return None if base is None or environ.get(OFF) else f"{base}/px"


def _key(what: str, location: str) -> str:
    """A file name that reveals neither the address nor the project."""
    import hashlib

    return f"{what}-{hashlib.sha256(location.encode()).hexdigest()[:32]}"


def _write(path: str, text: str) -> None:
    """Writes the whole file or leaves the old one; a full disk leaves nothing behind."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
    beside = f"{path}.{os.getpid()}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        os.replace(beside, path)  # noqa: PTH105
    except OSError:
        os.unlink(beside)  # noqa: PTH108
        raise
