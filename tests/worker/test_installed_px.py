from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import px
from support.contents import contents
from support.installed_px import InstalledPx, make_venv, pip_install, reaching
from support.source import ROOT


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


def test_the_checkout_is_out_of_reach(installed_px: InstalledPx, tmp_path: Path) -> None:
    """So all that these tests see comes from the wheel."""
    code = f"from pathlib import Path; print(len([*Path({str(ROOT)!r}).iterdir()]))"

    assert installed_px.python(code, cwd=tmp_path) == "0"
    assert [*ROOT.iterdir()]


def test_a_newer_stranger_of_our_names_is_not_taken(
    installed_px: InstalledPx, tmp_path: Path
) -> None:
    """Nothing asks for anything of ours, so the index was asked for others only."""
    code = "from importlib.metadata import distributions as d; print(*(x.name for x in d()))"
    found = installed_px.python(code, cwd=tmp_path).split()

    assert [name for name in found if "positronic" in name] == ["positronic-secrets-px"]
    version = "from importlib.metadata import version as v; print(v('positronic-secrets-px'))"
    assert installed_px.python(version, cwd=tmp_path) == px.__version__
    assert "httpx" in installed_px.index.asked
    assert not installed_px.index.asked_for_ours


def test_a_teammate_gets_the_same_px(installed_px: InstalledPx, tmp_path: Path) -> None:
    """With the words of the project's workflow: out of vendor/, all of it by hash.

    That px then makes a project with the very same wheel in it.
    """
    installed_px.run("new", "shop", cwd=tmp_path)
    venv, shop = make_venv(tmp_path / "venv"), tmp_path / "shop"
    workflow = (shop / ".github" / "workflows" / "deploy.yml").read_text()
    for words in dict.fromkeys(re.findall(r"pip install (.*)", workflow)):
        pip_install(venv, words.split(), cwd=shop, environment=reaching(installed_px.index))
    teammate = replace(installed_px, venv=venv)
    teammate.run("new", "other", "--name", "shop", cwd=tmp_path)

    assert teammate.run("--version", cwd=shop) == f"px {px.__version__}\n"
    assert contents(tmp_path / "other", without=()) == contents(shop, without=())
    assert not installed_px.index.asked_for_ours
