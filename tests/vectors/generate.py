"""Writes px1/: one file, one outcome. With --check: writes nothing, fails when a file is stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from vectors.cases import GROUPS

FOLDER: Final = Path(__file__).parent / "px1"


def files() -> dict[str, str]:
    """File name to content."""
    return {
        f"{group}_{name}.json": json.dumps(vector, indent=1, ensure_ascii=True) + "\n"
        for group, make in GROUPS.items()
        for name, vector in make()
    }


def stale() -> list[str]:
    """The names of files that are not as this script writes them."""
    expected = files()
    present = {path.name: path.read_text() for path in FOLDER.iterdir()}
    names = expected.keys() | present.keys()
    return sorted(name for name in names if expected.get(name) != present.get(name))


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        path.unlink()
    for name, text in files().items():
        (FOLDER / name).write_text(text)


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        write()
        return 0
    for name in stale():
        sys.stderr.write(f"stale: {name}\n")
    return 1 if stale() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
