"""`px env add` and `px env list`: a second Worker of a project, with nothing of production's."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from px.project.environment import Environment
from px.project.manifest import read_manifest
from px.project.own import own_manifest
from px.project.workspace import Workspace
from support.px_in_process import PxInProcess
from support.px_process import Px
from support.schemas import conforms
from support.template_project import write_project


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


def test_an_added_environment_is_whole_and_apart(shop: Path) -> None:
    """Everything that wrangler does not inherit is there, and it may be deployed at once."""
    config = shop / "wrangler.toml"
    before = config.read_bytes()

    done = Px(shop).run("env", "add", "staging")

    assert done.returncode == 0, done.stderr
    assert "px --env staging dev; or " in done.stderr
    assert config.read_bytes().startswith(before.rstrip())
    found = own_manifest(Workspace(shop, Environment("staging")))
    top = read_manifest(config)
    assert found.worker == "shop-staging"
    assert (found.variables, found.objects) == (top.variables, top.objects)
    assert found.namespaces == {"SECRETS_KV": None}
    for name in ("secrets", "observability", "triggers", "migrations", "durable_objects"):
        assert found.fields[name] == top.fields[name]


def test_nothing_of_productions_is_copied(shop: Path) -> None:
    """No namespace, domain, receiver of reminders or target; what px cannot make is named."""
    config = shop / "wrangler.toml"
    text = config.read_text().replace('REMINDER_URL = ""', 'REMINDER_URL = "https://a.example"')
    text = text.replace('binding = "SECRETS_KV"', 'binding = "SECRETS_KV"\nid = "0f"')
    more = '[[r2_buckets]]\nbinding = "FILES"\nbucket_name = "files"\n'
    more += '[vars.TARGETS.fly]\ntype = "fly"\napp = "shop"\n'
    config.write_text(f'routes = ["shop.example/*"]\n{text}\n{more}')

    done = Px(shop).run("env", "add", "staging")

    own = tomllib.loads(config.read_text())["env"]["staging"]
    assert (own["routes"], own["workers_dev"]) == ([], True)
    assert own["kv_namespaces"] == [{"binding": "SECRETS_KV"}]
    assert (own["vars"]["REMINDER_URL"], own["vars"]["TARGETS"]) == ("", "")
    assert "Warning: r2_buckets names something of production's" in done.stderr
    refused = Px(shop).run("deploy", "--env", "staging", "--dry-run")
    assert (refused.returncode, "staging in wrangler.toml lacks FILES;" in refused.stderr) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    "line", ["secret list", "dev", "deploy", "logs", "run -- true", "doctor", "key recover x"]
)
def test_a_mistyped_environment_is_refused_with_the_nearest_one(
    shop: Path, here: PxInProcess, line: str
) -> None:
    """Whatever the command would have asked or done."""
    (shop / "wrangler.toml").write_text('name = "shop"\n[env.staging]\nname = "shop-staging"\n')

    done = replace(here, folder=shop).run("--env", "stagng", *line.split())

    assert done.returncode == 2
    assert done.stderr.startswith("error: wrangler.toml has no environment stagng\n")
    assert "did you mean `staging`?" in done.stderr


def test_nothing_is_overwritten(shop: Path) -> None:
    """An environment that is there already stays as it is, and so does the whole file."""
    px, config = Px(shop), shop / "wrangler.toml"
    px.run("env", "add", "staging")
    before = config.read_bytes()

    again = px.run("env", "add", "staging")
    second = px.run("env", "add", "qa")

    assert (again.returncode, "has an environment staging already" in again.stderr) == (1, True)
    assert second.returncode == 0
    assert config.read_bytes().startswith(before.rstrip())
    assert list(tomllib.loads(config.read_text())["env"]) == ["staging", "qa"]


@pytest.mark.parametrize("name", ["production", "Staging", "", "a/b", "example"])
def test_a_name_that_no_environment_can_have_is_refused(shop: Path, name: str) -> None:
    before = (shop / "wrangler.toml").read_bytes()

    done = Px(shop).run("env", "add", name)

    assert done.returncode == 2
    assert (shop / "wrangler.toml").read_bytes() == before


def test_a_json_file_gets_a_block_to_paste(shop: Path) -> None:
    """On stdout, and the file stays; pasted, the environment is whole."""
    written = read_manifest(shop / "wrangler.toml").written
    (shop / "wrangler.toml").unlink()
    config = shop / "wrangler.jsonc"
    config.write_text(f"// mine\n{json.dumps(written)}\n")
    before = config.read_bytes()

    done = Px(shop).run("env", "add", "staging")

    assert config.read_bytes() == before
    config.write_text(json.dumps({**written, **json.loads(done.stdout)}))
    assert own_manifest(Workspace(shop, Environment("staging"))).worker == "shop-staging"


def test_both_print_what_their_schemas_say(shop: Path) -> None:
    """Production first; an address only where the environment's own file has one."""
    px = Px(shop)
    added = px.run("env", "add", "staging", "--json")
    file = shop / ".env.deploy.staging"
    file.touch(0o600)
    file.write_text("PX_URL=https://shop-staging.example\n")
    listed = px.run("env", "list", "--json")

    conforms("env add", json.loads(added.stdout))
    conforms("env list", json.loads(listed.stdout))
    assert json.loads(listed.stdout)["environments"] == [
        {"environment": "production", "worker": "shop", "url": None},
        {"environment": "staging", "worker": "shop-staging", "url": "https://shop-staging.example"},
    ]
    assert px.run("env", "list").stdout == (
        "production\tshop\t-\nstaging\tshop-staging\thttps://shop-staging.example\n"
    )


def test_the_names_are_completed(shop: Path) -> None:
    """After --env, of the project around the current folder."""
    px = Px(shop)
    px.run("env", "add", "staging")
    asked = {"_PX_COMPLETE": "complete_bash", "COMP_WORDS": "px deploy --env st", "COMP_CWORD": "3"}

    assert px.run(environment=asked).stdout.split() == ["staging"]


@pytest.mark.parametrize("name", ["$(id)", "\u001b]0;x", "x/../../secret"])
def test_a_name_that_px_would_not_take_is_neither_completed_nor_listed(
    shop: Path, name: str
) -> None:
    """It came with a clone, and zsh would run a command in it."""
    px = Px(shop)
    config = shop / "wrangler.toml"
    config.write_text(f"{config.read_text()}\n[env.{json.dumps(name)}]\n")
    asked = {"_PX_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "px deploy --env "}
    (shop / "secret").write_text("PX_URL=https://elsewhere.example\n")

    completed, listed = px.run(environment=asked), px.run("env", "list")

    assert completed.stdout == ""
    assert (listed.returncode, listed.stdout) == (2, "")
    assert "is not the name of an environment" in listed.stderr
    assert "\u001b" not in listed.stderr
