"""A project's set-up beside an index that has something newer under each of our names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

import px
from px.project.workspace import Workspace
from support.installed_px import InstalledPx
from support.package_index import PackageIndex, package_index
from worker.own_project import make_own_project

# What `px dev` and `px deploy` do first.
SET_UP: Final = """
from pathlib import Path
from px.local.vendor import ensure_modules
from px.project.workspace import Workspace
print(ensure_modules(Workspace(Path.cwd())))
"""


def as_index(index: PackageIndex, _: Path) -> dict[str, str]:
    return {"PIP_INDEX_URL": index.url}


def as_another_index(index: PackageIndex, _: Path) -> dict[str, str]:
    return {"PIP_INDEX_URL": f"{index.url}none/", "PIP_EXTRA_INDEX_URL": index.url}


def in_pip_conf(index: PackageIndex, home: Path) -> dict[str, str]:
    file = home / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True)
    file.write_text(f"[global]\nindex-url = {index.url}\nupgrade = true\npre = true\n")
    return {}


def also_for_uv(index: PackageIndex, _: Path) -> dict[str, str]:
    names = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "PIP_INDEX_URL")
    return {**dict.fromkeys(names, index.url), "PIP_UPGRADE": "1", "PIP_PRE": "1"}


def with_new_home(installed: InstalledPx, folder: Path) -> InstalledPx:
    """And so with an empty cache."""
    home = folder / "home"
    home.mkdir()
    return replace(installed, home=home, environment={})


@pytest.fixture(scope="module")
def wheels(installed_px: InstalledPx, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that the Worker needs: a project was set up with it, from the indexes as they are."""
    own = make_own_project(installed_px, tmp_path_factory.mktemp("anywhere"))
    own.px.python(SET_UP, cwd=own.folder)
    return own.wheels


@pytest.mark.parametrize("way", [as_index, as_another_index, in_pip_conf, also_for_uv])
def test_it_is_not_even_asked_for_one_of_our_names(
    installed_px: InstalledPx,
    tmp_path: Path,
    wheels: Path,
    way: Callable[[PackageIndex, Path], dict[str, str]],
) -> None:
    """Whichever setting names the index; what is not ours comes from there, by hash."""
    with package_index(wheels) as index:
        alone = with_new_home(installed_px, tmp_path)
        alone.run("new", "shop", cwd=tmp_path)
        here = replace(alone, environment=way(index, alone.home))

        assert here.python(SET_UP, cwd=tmp_path / "shop") == "True"

    found = {path.name for path in Workspace(tmp_path / "shop").python_modules.iterdir()}
    assert f"positronic_secrets-{px.__version__}.dist-info" in found
    assert "hostile.py" not in found
    assert "pydantic-core" in index.asked
    assert not index.asked_for_ours
    assert not [name for name in index.taken if "-99.0-" in name]


def test_a_second_project_needs_no_index(
    installed_px: InstalledPx, tmp_path: Path, wheels: Path
) -> None:
    """Its packages are in px's cache since the first one, as px's tools are."""
    with package_index(wheels) as index:
        alone = with_new_home(installed_px, tmp_path)
        here = replace(alone, environment={"PIP_INDEX_URL": index.url, "PIP_RETRIES": "1"})
        for name in ("first", "second"):
            here.run("new", name, cwd=tmp_path)
        here.python(SET_UP, cwd=tmp_path / "first")

    assert here.python(SET_UP, cwd=tmp_path / "second") == "True"


def test_the_index_would_be_believed(installed_px: InstalledPx, tmp_path: Path) -> None:
    """By anyone who asks it for one of our names: otherwise its silence means nothing."""
    with package_index() as index:
        asked = ["--index-url", index.url, "positronic-secrets"]
        code = (
            "import subprocess, sys\n"
            "pip = [sys.executable, '-m', 'pip', '--quiet', 'install', '--target', 'taken']\n"
            f"subprocess.run([*pip, *{asked}], check=True)"
        )
        installed_px.python(code, cwd=tmp_path)

    assert (tmp_path / "taken" / "hostile.py").is_file()
    assert index.asked_for_ours == ["positronic-secrets"]
