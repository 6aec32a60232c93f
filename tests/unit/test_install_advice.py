"""Nothing of ours is in a registry, so anybody could put something there under its name."""

from __future__ import annotations

import email
import json
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from scripts.dist.distributions import make

from support.source import ROOT, relative

_TOOL = r"\b(?:pip3?|pipx|uv|uvx|npm|npx|pnpm|yarn|poetry|pdm|conda|easy_install)"
# With nothing before the name that makes it a path.
_OURS = re.compile(_TOOL + r"\s[^`\n]*?(?<![\w./-])positronic", re.IGNORECASE)
_REQUIRED = re.compile(
    r"(?<![\w./-])(?:positronic(?:[-_.]secrets)?(?:[-_.]px)?|px)(?:\[[\w,]*\])?"
    r" ?(?:[=~!<>]=|===)[ \d]",
    re.IGNORECASE,
)
# With a name after it: what is not pinned may be anybody's.
_INSTALL = re.compile(
    r"\b(?:pip3? install|pipx (?:run|install)|uv (?:add|pip install|tool install|tool run)|uvx"
    r"|npx|npm (?:install|i|exec))\s+(?:-\S+\s+)*['\"]?[A-Za-z@]"
)
_SCANS_ITSELF: Final = Path(__file__)


def texts(*folders: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *folders], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    binary = {".bin", ".gz", ".png", ".whl", ".zip"}
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [one for one in paths if one.is_file() and one.suffix not in binary]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every text in our wheels, and in the wheel in the wheel."""
    wheels = [path for path in make(ROOT, tmp_path_factory.mktemp("dist")) if path.suffix == ".whl"]
    return {
        f"{wheel.name}/{name}": archive.read(name).decode(errors="replace")
        for wheel in wheels
        for archive in [zipfile.ZipFile(wheel)]
        for name in archive.namelist()
        if not name.endswith(".whl")
    }


def by_name(text: str) -> list[str]:
    return [found[0] for one in (_OURS, _REQUIRED) for found in one.finditer(text)]


def test_nothing_here_takes_positronic_by_name() -> None:
    """No command in any file, and no requirement."""
    advice = [
        f"{relative(path)}: {found}"
        for path in texts()
        if path != _SCANS_ITSELF
        for found in by_name(path.read_text(errors="replace"))
    ]

    assert not advice


def test_nothing_that_is_shipped_takes_positronic_by_name(shipped: dict[str, str]) -> None:
    """No hint, no template, and no metadata."""
    advice = [f"{path}: {found}" for path, text in shipped.items() for found in by_name(text)]

    assert any(path.endswith("/deploy.yml") for path in shipped)
    assert not advice


def test_no_list_of_packages_has_one_of_ours(shipped: dict[str, str]) -> None:
    """Neither by a version nor alone on its line."""
    listed = [*_in_files(), *_in_metadata(shipped)]

    assert "pydantic" in listed
    assert "wrangler" in listed
    assert not [name for name in listed if re.match(r"positronic|px$", name)]


@pytest.mark.parametrize(
    "text",
    [
        "pip install positronic",
        "run `pipx install --force Positronic-Secrets`",
        "uv tool install 'positronic_secrets_px'",
        "npx positronic",
        "positronic-secrets==0.2.0",
        'dependencies = ["positronic_secrets >=0.2"]',
        "px==1.0",
    ],
)
def test_what_would_be_found(text: str) -> None:
    """A name that an index is asked for."""
    assert by_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "pipx install ./dist/positronic_secrets_px-0.2.0-py3-none-any.whl",
        "./vendor/positronic_secrets-0.2.0-py3-none-any.whl --hash=sha256:0",
        "wrangler tail positronic-secrets",
    ],
)
def test_what_would_not_be_found(text: str) -> None:
    """A path, and the Worker's name."""
    assert not by_name(text)


@pytest.mark.parametrize("folder", ["cli", "docs", "README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_px_advises_only_what_is_pinned(folder: str) -> None:
    """`make setup` and `make lock`; never a package by its name alone."""
    files = texts(folder)
    advice = [path for path in files if _INSTALL.search(path.read_text(errors="replace"))]

    assert files
    assert not [relative(path) for path in advice]


def _in_files() -> Iterator[str]:
    for path in texts():
        if path.name == "pyproject.toml":
            yield from map(_name, _requirements(tomllib.loads(path.read_text())))
        elif path.name == "package.json":
            package = json.loads(path.read_text())
            yield from (name for key in package if "ependencies" in key for name in package[key])
        elif path.parent.name == "requirements" or path.name.startswith("requirements"):
            yield from map(_name, path.read_text().splitlines())


def _in_metadata(shipped: dict[str, str]) -> Iterator[str]:
    for path, text in shipped.items():
        if path.endswith("/METADATA"):
            yield from map(_name, email.message_from_string(text).get_all("Requires-Dist", []))


def _requirements(toml: dict[str, Any]) -> Iterator[str]:
    project = toml.get("project", {})
    yield from project.get("dependencies", [])
    yield from toml.get("build-system", {}).get("requires", [])
    for groups in (project.get("optional-dependencies", {}), toml.get("dependency-groups", {})):
        for group in groups.values():
            yield from group


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]*", requirement)
    return found[0].lower() if found else ""
