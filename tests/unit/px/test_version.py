"""px's own version."""

from __future__ import annotations

from importlib.metadata import version

import px


def test_the_version_is_the_package_s() -> None:
    """`px --version` reads no metadata, to start fast, and yet says the same."""
    assert px.__version__ == version("positronic-secrets")
