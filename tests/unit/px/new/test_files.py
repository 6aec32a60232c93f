from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from px import __version__
from px.errors import Refused, Usage
from px.library import Library, carried
from px.new.files import project_files
from px.new.folder import worker_name, write
from support.source import ROOT

LIBRARY: Final = Library("library-1-py3-none-any.whl", b"wheel", "one==1 --hash=sha256:0\n")
OWN: Final = Library("px-1-py3-none-any.whl", b"px's wheel", "two==2 --hash=sha256:0\n")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return project_files("shop", LIBRARY, OWN)


@pytest.mark.parametrize("name", ["worker/entry.py", ".env.deploy.example", ".env.secrets.example"])
def test_the_template_is_this_repositorys_own(files: dict[str, bytes], name: str) -> None:
    """What is tried here is what a project gets."""
    assert files[name] == (ROOT / name).read_bytes()


def test_the_worker_is_configured_as_here(files: dict[str, bytes]) -> None:
    """All but its name, its log, and how its classes and scripts came to be."""
    ours = tomllib.loads((ROOT / "wrangler.toml").read_text())
    theirs = tomllib.loads(files["wrangler.toml"].decode())
    differs = ("name", "observability", "rules", "migrations")

    assert theirs["name"] == "shop"
    assert theirs["observability"] == {"enabled": True}
    assert _without(theirs, differs) == _without(ours, differs)


def test_its_classes_are_those_that_this_repository_has_by_now(files: dict[str, bytes]) -> None:
    """Under the newest tag, so that a later one is later for everybody."""
    ours = tomllib.loads((ROOT / "wrangler.toml").read_text())["migrations"]
    [theirs] = tomllib.loads(files["wrangler.toml"].decode())["migrations"]
    made = {name for one in ours for name in one["new_sqlite_classes"]}
    gone = {name for one in ours for name in one.get("deleted_classes", ())}

    assert theirs["tag"] == ours[-1]["tag"]
    assert set(theirs["new_sqlite_classes"]) == made - gone


@pytest.mark.parametrize(("name", "wheel"), [("worker", LIBRARY), ("px", OWN)])
def test_a_wheel_of_ours_is_named_by_path_and_hash(
    files: dict[str, bytes], name: str, wheel: Library
) -> None:
    """First, and after it the pins of what it needs."""
    digest = hashlib.sha256(wheel.wheel).hexdigest()

    assert files[f"vendor/{wheel.name}"] == wheel.wheel
    assert files[f"requirements/{name}.txt"].decode() == (
        f"./vendor/{wheel.name} \\\n    --hash=sha256:{digest}\n{wheel.pins}"
    )


def test_the_readme_fits_on_a_screen(files: dict[str, bytes]) -> None:
    """And every path that it names is there, or is one that git ignores."""
    text = files["README.md"].decode()
    ignored = files[".gitignore"].decode().split()

    assert len(text.splitlines()) <= 50
    for path in re.findall(r"`([\w.-]*[./][\w./-]*)`", text):
        assert path in ignored or any(name.startswith(path) for name in files), path


def test_github_gets_a_deployers_token(files: dict[str, bytes]) -> None:
    """A deploy of code needs no more, and so no admin's and not root's."""
    text = " ".join(files["README.md"].decode().split())

    assert "`PX_TOKEN` (a token from `px token create github --role deployer`" in text
    assert "root token" not in text
    assert "admin" not in text


def test_what_the_worker_needs_is_where_other_tools_look(files: dict[str, bytes]) -> None:
    """pywrangler reads `[project].dependencies`: the library is there by its path, as uv has it."""
    found = tomllib.loads(files["pyproject.toml"].decode())["project"]

    assert found["name"] == "shop"
    assert found["dependencies"] == [
        f"positronic-secrets @ file:///${{PROJECT_ROOT}}/vendor/{LIBRARY.name}"
    ]


def test_px_knows_its_own_files_again(files: dict[str, bytes]) -> None:
    """pyproject.toml has the version of the template, and the hash of each file of the template."""
    found = tomllib.loads(files["pyproject.toml"].decode())["tool"]["px"]
    hashes = {
        name: f"sha256:{hashlib.sha256(content).hexdigest()}"
        for name, content in files.items()
        if name not in ("pyproject.toml", "worker/secret_names.pyi")
    }

    assert found == {"template": __version__, "files": hashes}


@pytest.mark.parametrize("name", ["Shop", "my shop", "-shop", "shop-", "", "a" * 55, "é", 'x"'])
def test_a_name_that_no_worker_can_have_is_refused(name: str) -> None:
    """Before anything is written, with the option that gives another."""
    with pytest.raises(Usage) as caught:
        worker_name(Path("/x"), name)

    assert "--name" in caught.value.hint


@pytest.mark.parametrize("kind", ["folder", "file", "broken link"])
def test_what_exists_is_left_alone(tmp_path: Path, kind: str) -> None:
    """Whatever has that name."""
    place = tmp_path / "shop"
    if kind == "broken link":
        place.symlink_to("nowhere")
    else:
        (place.mkdir if kind == "folder" else place.touch)()
    before = place.lstat()

    with pytest.raises(Refused):
        write(place, {"a": b""})

    assert place.lstat() == before
    assert [*tmp_path.iterdir()] == [place]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Neither the folder nor a part of it under another name."""
    with pytest.raises(OSError, match=r".*"):
        write(tmp_path / "shop", {"a": b"", "a/b": b""})

    assert [*tmp_path.iterdir()] == []


def test_the_folders_name_is_the_workers() -> None:
    """Unless another was chosen."""
    assert worker_name(Path("/x/shop"), None) == "shop"


def test_a_px_without_a_library_says_how_to_get_one() -> None:
    """This one runs from its checkout."""
    with pytest.raises(Usage, match="runs from its checkout") as caught:
        carried()

    assert "make dist" in caught.value.hint


def _without(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: text for name, text in found.items() if name not in names}
