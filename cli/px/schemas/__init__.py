"""The JSON Schemas of what --json prints: one file per command, named after it."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def known() -> list[str]:
    """The commands that have a schema, and `error`."""
    return sorted(path.stem.replace("-", " ") for path in FOLDER.glob("*.json"))


def text(command: str) -> str:
    """The text of the schema of one of `known()`."""
    return (FOLDER / f"{command.replace(' ', '-')}.json").read_text().rstrip("\n")
