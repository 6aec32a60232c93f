"""What each command's --json prints: a JSON Schema a file, named after the command."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def known() -> list[str]:
    """The commands that have one, and `error`."""
    return sorted(path.stem.replace("-", " ") for path in FOLDER.glob("*.json"))


def text(command: str) -> str:
    """The schema of one of `known()`, as it is written."""
    return (FOLDER / f"{command.replace(' ', '-')}.json").read_text().rstrip("\n")
