"""`px add` and `px remove`, by an installed px in a project of its own.

One package, and what it needs, is PyPI's: without it these tests fail.
"""

from __future__ import annotations

import json
import os
import re
import signal
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.contents import contents
from support.installed_px import InstalledPx
from support.schemas import conforms
from support.started import started
from support.waiting import wait_until
from support.wheels import make_sdist, make_wheel
from worker.own_project import OwnProject, make_own_project

THREAD = "import threading\nthreading.Thread(target=print).start()\n"
PROCESS = "import subprocess\nsubprocess.run(['true'])\n"
RANDOM = "import os\nKEY = os.urandom(16)\n"
KEPT = "from pyodide.ffi import to_js\nKEPT = to_js([1])\n"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beside the index, packages that can and that cannot run in the Worker; none is published."""
    folder = tmp_path_factory.mktemp("wheels")
    make_wheel(
        folder,
        "pxworks",
        requires=["pxinner; sys_platform == 'emscripten'", "pxhere; sys_platform == 'linux'"],
        files={"works/__init__.py": "import pxinner\n", "works_too.py": ""},
    )
    make_wheel(folder, "pxinner")
    make_wheel(folder, "pxthread", files={"thread.py": THREAD})
    make_wheel(folder, "pxprocess", files={"process.py": PROCESS})
    make_wheel(folder, "pxdraws", files={"draws.py": RANDOM})
    make_wheel(folder, "pxkeeps", files={"keeps.py": KEPT})
    make_wheel(folder, "pxhides", files={"brains/__init__.py": ""})
    make_wheel(folder, "pxtakes", files={"pydantic/__init__.py": ""})
    make_wheel(folder, "pxold", requires=["pydantic<2"])
    make_wheel(folder, "pxcompiled", tag="cp314-cp314-manylinux_2_28_x86_64")
    make_wheel(folder, "pxneeds", requires=["pxcompiled"])
    make_sdist(folder, "pxsource")
    return folder


@pytest.fixture(scope="module")
def own(installed_px: InstalledPx, tmp_path_factory: pytest.TempPathFactory) -> OwnProject:
    """With a package of the real index."""
    found = make_own_project(installed_px, tmp_path_factory.mktemp("anywhere"))
    told = json.loads(found.run("add", "python-slugify==8.0.4", "--json"))
    conforms("add", told)
    assert told["imported"] == ["slugify"]
    return found


@pytest.fixture
def local(own: OwnProject, wheels: Path) -> Iterator[OwnProject]:
    """The same project, with the folder as its index, whoever has these names elsewhere.

    What the project needs already is in its px's cache. It is as it was, at the end.
    """
    links = f"{wheels} {own.wheels}"
    settings = {**own.px.environment, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": links}
    before = contents(own.folder)
    yield replace(own, px=replace(own.px, environment=settings))
    for name, content in before.items():
        (own.folder / name).write_bytes(content)


def test_a_package_of_the_index_is_pinned_and_installed(own: OwnProject) -> None:
    """With what it needs, by hash, and listed where pyproject.toml lists what a project needs."""
    text = (own.folder / "requirements" / "worker.txt").read_text()
    listed = tomllib.loads((own.folder / "pyproject.toml").read_text())

    assert text.startswith("./vendor/positronic_secrets-")
    assert "python-slugify==8.0.4 \\\n    --hash=sha256:" in text
    assert re.search(r"^text-unidecode==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert listed["project"]["dependencies"][1:] == ["python-slugify==8.0.4"]
    assert (own.folder / "python_modules" / "slugify").is_dir()


def test_the_markers_are_the_workers_and_every_top_level_module_is_imported(
    local: OwnProject,
) -> None:
    """Then it is taken out again, with what it needed, and what was there before stays."""
    told = json.loads(local.run("add", "pxworks", "--json"))
    taken = json.loads(local.run("remove", "pxworks", "--json"))

    assert told["added"] == [
        {"name": "pxinner", "version": "1.0"},
        {"name": "pxworks", "version": "1.0"},
    ]
    assert told["imported"] == ["works", "works_too"]
    conforms("remove", taken)
    assert taken == {"added": [], "removed": ["pxinner", "pxworks"], "imported": []}
    assert (local.folder / "python_modules" / "slugify").is_dir()
    assert not (local.folder / "python_modules" / "works").exists()


@pytest.mark.parametrize(
    ("package", "reason"),
    [
        ("pxthread", "`import thread` fails there with RuntimeError: can't start new thread"),
        ("pxprocess", "emscripten does not support processes"),
        ("pxdraws", "Randomness is not allowed while a Worker is starting"),
        ("pxkeeps", "cannot be stored (Can't serialize top-level variable)"),
        ("pxhides", "a module brains, which would hide worker/brains"),
        ("pxtakes", "both have the file pydantic/__init__.py"),
        ("pxold", "pxold 1.0 needs pydantic<2, but the library works with pydantic"),
        (
            "pxneeds",
            "pxcompiled, which pxneeds 1.0 needs, cannot run in the Worker: it has compiled",
        ),
        ("pxsource", "only published as source, and px builds nothing"),
        ("positronic-secrets", "px brings its own library"),
    ],
)
def test_what_cannot_run_is_refused_and_nothing_changes(
    local: OwnProject, wheels: Path, package: str, reason: str
) -> None:
    """One sentence; no file of the project differs, and no code ran on this machine."""
    before = contents(local.folder)

    done = local.px.attempt("add", package, "--json", cwd=local.folder)
    told = json.loads(done.stderr)

    assert (done.returncode, told["code"]) == (1, "package_refused")
    assert reason in told["error"]
    assert "\n" not in told["error"]
    assert contents(local.folder) == before
    assert not (wheels / "was-run").exists()


def test_ctrl_c_leaves_the_project_as_it_was(local: OwnProject) -> None:
    """While the packages are tried."""
    before = contents(local.folder)
    command, private = local.px.command("px", "add", "pxworks"), local.folder / ".px"
    with started(command, cwd=local.folder, env=local.px.surroundings) as process:
        wait_until(lambda: any(private.glob("add.*/python_modules")), "the packages", 120)
        os.killpg(process.pid, signal.SIGINT)
        told = process.communicate(timeout=60)[1]

    assert (process.returncode, "interrupted" in told) == (130, True)
    assert contents(local.folder) == before
    assert not [*private.glob("add.*/")]


def test_requirements_that_were_changed_by_hand_are_not_lost(local: OwnProject) -> None:
    """px would write over them."""
    requirements = local.folder / "requirements" / "worker.txt"
    requirements.write_text(f"{requirements.read_text()}mine==1.0 --hash=sha256:{'0' * 64}\n")

    done = local.px.attempt("add", "pxworks", "--json", cwd=local.folder)

    assert json.loads(done.stderr)["code"] == "changed_by_hand"
    assert "mine==1.0" in requirements.read_text()


def test_a_project_that_px_did_not_make_is_left_alone(own: OwnProject, tmp_path: Path) -> None:
    """It has its own way to say what its Worker needs."""
    (tmp_path / "wrangler.toml").write_text('name = "other"\n')

    done = own.px.attempt("add", "pxworks", cwd=tmp_path)

    assert done.returncode == 2
    assert "px did not make this project" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != ".px"] == ["wrangler.toml"]
