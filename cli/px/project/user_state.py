"""Where px keeps what it saw last, outside the project: one file per address and project.

In $XDG_STATE_HOME/px or ~/.local/state/px; for a Worker on this machine also one per folder
and environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from px.project import environment

if TYPE_CHECKING:
    from px.http.address import Address


def state_file(
    kind: str, address: Address, project: str, environ: Mapping[str, str]
) -> Path | None:
    """The file of this kind; None without a home folder."""
    import hashlib

    chosen, home = environ.get("XDG_STATE_HOME", ""), environ.get("HOME", "")
    if not (chosen.startswith("/") or home.startswith("/")):
        return None
    base = chosen if chosen.startswith("/") else f"{home}/.local/state"
    parts = [address.origin, project]
    if address.is_loopback:  # each folder's local Worker has ledgers of its own
        parts += filter(None, (str(_folder()), environment.chosen(environ).name))
    name = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    return Path(base) / "px" / f"{kind}-{name}"


def keep(path: Path, data: bytes) -> None:
    """In such a file, readable only by its owner. Raises OSError, PxError."""
    from px.project import owner_only

    owner_only.make_folder(path.parent)
    owner_only.replace(path, data)


def _folder() -> Path:
    """Of the project that the command is run in, or where it is run."""
    from px.project.errors import NoProject
    from px.project.workspace import find_project

    try:
        return find_project().root
    except NoProject:
        return Path.cwd()
