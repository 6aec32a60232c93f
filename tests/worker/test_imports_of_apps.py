"""No file of the project, which has the master keys, becomes part of an app of `px dev --with`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from px.local.app import read_app
from px.local.app_worker import AppWorker
from px.local.port import free_port
from px.project.errors import LocalError
from px.project.workspace import Workspace
from support.px_process import CANARY
from support.waiting import wait_until

TEXT = {"rules": [{"type": "Text", "globs": ["**/.dev.vars", "**/*.key"], "fallthrough": True}]}
PLAIN = 'export default { fetch: () => new Response("plain") };\n'
KEYS = "../../secrets/.dev.vars"


def showing(path: str) -> str:
    shown = "new Response(JSON.stringify(found))"
    return f'import found from "{path}";\nexport default {{ fetch: () => {shown} }};\n'


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    root = tmp_path / "secrets"
    (root / ".px").mkdir(parents=True)
    (root / "wrangler.toml").write_text('name = "positronic-secrets"\n')
    (root / ".dev.vars").write_text(f"MASTER_KEYS={CANARY}\n")
    (root / ".px" / "known.json").write_text(json.dumps({"token": CANARY}))
    return Workspace(root, mark=root / "wrangler.toml")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "src").mkdir(parents=True)
    (folder / "public").mkdir()
    return folder


@pytest.fixture
def app(shop: Path, project: Workspace) -> Iterator[AppWorker]:
    """With a main that imports nothing; it is not started."""
    write(shop, PLAIN)
    found = worker(shop, project)
    try:
        yield found
    finally:
        found.stop()


def write(shop: Path, code: str, **fields: object) -> None:
    (shop / "src" / "index.mjs").write_text(code)
    config = {"name": "shop", "main": "src/index.mjs", "compatibility_date": "2026-01-01", **fields}
    (shop / "wrangler.jsonc").write_text(json.dumps(config))


def worker(shop: Path, project: Workspace) -> AppWorker:
    return AppWorker(
        project, read_app(shop / "wrangler.jsonc", project), port=free_port(), doors={}
    )


def refusal(shop: Path, project: Workspace) -> str:
    found = worker(shop, project)
    try:
        with pytest.raises(LocalError) as refused:
            found.start()
    finally:
        found.stop()
    assert CANARY not in found.log_path.read_text()
    return refused.value.hint


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (KEYS, TEXT),
        ("keys", {**TEXT, "alias": {"keys": "../secrets/.dev.vars"}}),
        ("../../secrets/.px/known.json", {}),
        ("./linked.key", TEXT),
    ],
)
def test_an_app_that_imports_a_file_of_the_project_does_not_start(
    shop: Path, project: Workspace, path: str, fields: dict[str, object]
) -> None:
    """By a rule, by an alias, by the bundler's own kinds of file, and by a link."""
    (shop / "src" / "linked.key").symlink_to(project.dev_vars)
    write(shop, showing(path), **fields)

    assert refusal(shop, project).endswith("leads to the project's own files")


def test_an_app_whose_assets_have_a_link_to_the_project_does_not_start(
    shop: Path, project: Workspace
) -> None:
    (shop / "public" / "keys.txt").symlink_to(project.dev_vars)
    write(shop, PLAIN, assets={"directory": "public"})

    assert refusal(shop, project) == "public/keys.txt leads to the project's own files"


def test_an_app_that_imports_one_once_it_runs_is_ended(app: AppWorker, shop: Path) -> None:
    """Also where wrangler's list of imports is still that of the first bundle."""
    app.start()
    (shop / "src" / "index.mjs").write_text(showing("../../secrets/.px/known.json"))

    wait_until(lambda: app.exit_code() is not None, "the app's end", 200)
    assert "leads to the project's own files" in app.log_path.read_text()
