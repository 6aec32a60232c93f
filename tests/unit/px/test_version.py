"""px's own version."""

from __future__ import annotations

import tomllib
from importlib.metadata import version

import pytest

import px
from support.source import ROOT


def test_the_version_is_the_package_s() -> None:
    """`px --version` reads no metadata, to start fast, and yet says the same."""
    assert px.__version__ == version("positronic-secrets-px")


@pytest.mark.parametrize("folder", ["cli", "worker"])
def test_px_and_the_library_have_one_version(folder: str) -> None:
    """Neither is released without the other."""
    declared = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]

    assert declared["version"] == px.__version__
