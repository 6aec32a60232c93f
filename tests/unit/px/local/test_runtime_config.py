from __future__ import annotations

from pathlib import Path

import pytest

from px.errors import Usage
from px.local.runtime_config import write_config
from px.new.environment import make_block
from px.project.environment import Environment
from px.project.manifest import read_manifest
from px.project.owner_only import make_folder
from px.project.workspace import Workspace
from support.template_project import write_project

TOML = """\
main = "worker/entry.py"
compatibility_date = "2026-11-01"
compatibility_flags = ["python_workers"]
[vars]
PROJECT = "default"
[[kv_namespaces]]
binding = "SECRETS_KV"
"""


@pytest.fixture
def written(project: Workspace) -> Workspace:
    project.config.write_text(TOML)
    project.worker.mkdir()
    (project.worker / "entry.py").write_text("")
    (project.worker / "other.py").write_text("")
    (project.python_modules / "workers").mkdir(parents=True)
    (project.python_modules / "workers" / "sdk.mjs").write_text("")
    (project.python_modules / "package.py").write_text("")
    (project.python_modules / "package.pyc").write_text("")
    return project


def test_the_config_uploads_what_wrangler_would(written: Workspace) -> None:
    """Main first, sources as Python, packages as data, the SDK's scripts as modules."""
    text = write_config(written, make_folder(written.private), {}).read_text()

    names = [line.split('"')[1] for line in text.splitlines() if "= embed" in line]
    modules = [name for name in names if name.endswith((".py", ".mjs", ".pyc"))]
    assert modules == [
        "entry.py",
        "other.py",
        "python_modules/package.py",
        "python_modules/workers/sdk.mjs",
    ]


def test_no_text_can_leave_its_string(written: Workspace) -> None:
    """Quotes, dollars and line ends in a binding stay inside of it."""
    nasty = 'a"), (name = "x\n$kv\\'
    text = write_config(written, make_folder(written.private), {"S": nasty}).read_text()

    assert r'(name = "S", text = "a\"), (name = \"x\n$kv\\"),' in text


def test_the_gate_has_no_network(written: Workspace) -> None:
    """What it imports reaches nothing, and looks no name up; a Worker that serves may."""
    folder = make_folder(written.private)

    assert "network =" not in write_config(written, folder, {}).read_text()
    assert "network =" in write_config(written, folder, {}, is_online=True).read_text()


def test_the_config_is_its_owners_alone(written: Workspace) -> None:
    """It holds the Worker's secrets."""
    path = write_config(written, make_folder(written.private), {})

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("main = ", "is not valid TOML"), ("name = 'x'", "lacks 'main'")],
)
def test_a_wrangler_toml_that_names_no_worker_is_refused(
    project: Workspace, text: str, sentence: str
) -> None:
    """With the file and what is wrong with it."""
    project.config.write_text(text)

    with pytest.raises(Usage, match=sentence):
        _ = read_manifest(project.config).main


def test_an_environment_is_run_as_wrangler_would_run_it(tmp_path: Path) -> None:
    """With its Worker's name, flags, module, variables and bindings: none of the top level's."""
    write_project(tmp_path)
    config = tmp_path / "wrangler.toml"
    block = make_block(read_manifest(config), Environment("staging"))
    config.write_text(config.read_text() + block.toml().replace('"default"', '"of-staging"'))

    places = {one: make_folder(tmp_path / f"out{one}") for one in ("", "staging")}
    found = {
        one: write_config(Workspace(tmp_path, Environment(one)), place, {}).read_text()
        for one, place in places.items()
    }

    assert '"shop-ProjectLedger"' in found[""]
    assert "of-staging" not in found[""]
    assert '"shop-staging-ProjectLedger"' in found["staging"]
    assert '(name = "PROJECT", text = "of-staging")' in found["staging"]
