from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from support.source import ROOT, relative

_TOOL = r"(?:pip3?|pipx|uv|uvx|npm|npx|pnpm|yarn|poetry|pdm|conda|easy_install)"
_OURS = re.compile(_TOOL + r"\s[^`\n]*positronic")
# With a name after it: what is not pinned may be anybody's.
_INSTALL = re.compile(
    r"\b(?:pip3? install|pipx (?:run|install)|uv (?:add|pip install|tool install|tool run)|uvx"
    r"|npx|npm (?:install|i|exec))\s+(?:-\S+\s+)*['\"]?[A-Za-z@]"
)


def texts(*folders: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *folders], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    binary = {".bin", ".gz", ".png", ".whl"}
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [one for one in paths if one.is_file() and one.suffix not in binary]


def test_nothing_tells_people_to_install_positronic_by_name() -> None:
    """It is in no registry, so the name is free for anybody to take."""
    advice = [
        f"{relative(path)}: {found[0]}"
        for path in texts()
        if path != Path(__file__)
        for found in _OURS.finditer(path.read_text(errors="replace"))
    ]

    assert not advice


@pytest.mark.parametrize("folder", ["cli", "docs", "README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_px_advises_only_what_is_pinned(folder: str) -> None:
    """`make setup` and `make lock`; never a package by its name alone."""
    files = texts(folder)
    advice = [path for path in files if _INSTALL.search(path.read_text(errors="replace"))]

    assert files
    assert not [relative(path) for path in advice]
