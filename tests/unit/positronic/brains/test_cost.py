"""What an import of the package costs whoever needs little of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import positronic


def test_names_load_nothing_heavy() -> None:
    """px starts with positronic.names: no pydantic, no jsonpatch, no brain comes along."""
    script = "import positronic.names, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())

    assert "positronic.names" in loaded
    assert not {"pydantic", "jsonpatch", "asyncio", "positronic.brains"} & loaded


def test_the_package_gives_the_names_of_brains() -> None:
    """`from positronic import brain` works, and `import positronic` lists what there is."""
    from positronic import brain, brains

    assert brain is brains.brain
    assert set(positronic.__all__) <= set(brains.__all__)
    with pytest.raises(AttributeError, match="no attribute 'brian'"):
        positronic.brian  # noqa: B018
