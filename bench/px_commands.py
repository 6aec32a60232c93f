"""px as a process of its own, talking to a Worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.command import Command
from bench.connection import Connection

VERSION: Final = "px --version"
LIST: Final = "px secret list, 100 names"
IMPORT: Final = "px secret import, 1,000"
IMPORTED: Final = [f"IMPORT_{number:04}" for number in range(1000)]


def px_commands(
    px: Sequence[str | Path],
    folder: Path,
    connection: Connection,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Command]:
    """The commands that are measured; `px` is how this px starts, `folder` its new home."""
    folder.mkdir()  # a home, so that px's cache of names is in the figures
    many = "".join(f"{name}=value of {name}\n" for name in IMPORTED)
    (folder / "many.env").write_text(many)
    reach = {"PX_URL": connection.url, "PX_TOKEN": connection.token, **(environment or {})}
    words = {
        VERSION: ("--version",),
        LIST: ("secret", "list"),
        IMPORT: ("secret", "import", "many.env"),
    }
    return {label: Command([*px, *some], folder, reach) for label, some in words.items()}
