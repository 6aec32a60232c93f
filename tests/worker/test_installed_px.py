from __future__ import annotations

import json
from pathlib import Path

import px
from support.installed_px import InstalledPx


def test_it_is_all_in_the_wheel(installed_px: InstalledPx, tmp_path: Path) -> None:
    """px and the library that it imports are those of its own environment, not the checkout's."""
    code = "import px.app, positronic; print(px.__file__, positronic.__file__)"
    found = installed_px.python(code, cwd=tmp_path).split()

    assert len(found) == 2
    assert all(Path(one).is_relative_to(installed_px.venv) for one in found)


def test_it_runs_in_any_folder(installed_px: InstalledPx, tmp_path: Path) -> None:
    """Its version and its help, with nothing on the PATH."""
    assert installed_px.run("--version", cwd=tmp_path) == f"px {px.__version__}\n"
    assert "px secret create OPENAI_API_KEY" in installed_px.run("--help", cwd=tmp_path)


def test_it_brings_node_and_pip(installed_px: InstalledPx, tmp_path: Path) -> None:
    """As dependencies: the machine needs neither."""
    found = json.loads(installed_px.attempt("doctor", "--json", cwd=tmp_path).stdout)
    node = [check for check in found["checks"] if check["check"] == "node"]

    assert [check["status"] for check in node] == ["ok"]
    installed_px.python("import pip, capnp, cryptography", cwd=tmp_path)


def test_a_newer_stranger_of_our_names_is_not_taken(
    installed_px: InstalledPx, tmp_path: Path
) -> None:
    """px asks no index for anything of ours, so what is there under our names is not looked at."""
    code = "from importlib.metadata import distributions as d; print(*(x.name for x in d()))"
    found = installed_px.python(code, cwd=tmp_path).split()

    assert [name for name in found if "positronic" in name] == ["positronic-secrets-px"]
    version = "from importlib.metadata import version as v; print(v('positronic-secrets-px'))"
    assert installed_px.python(version, cwd=tmp_path) == px.__version__
