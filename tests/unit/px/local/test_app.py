"""What px believes of the config of another Worker, which somebody else may have written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from px.errors import Usage
from px.local.app import App, read_app
from px.local.app_bindings import KEPT, Way
from px.project.environment import Environment
from px.project.workspace import Workspace

OURS = "positronic-secrets"
TO_US = {"binding": "SECRETS", "service": OURS, "entrypoint": "Secrets"}
PROPS = {"project": "shop", "as": "checkout"}


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    root = tmp_path / "secrets"
    root.mkdir()
    (root / "wrangler.toml").write_text(f'name = "{OURS}"\n[env.staging]\n')
    (root / ".dev.vars").write_text("MASTER_KEYS=k\n")
    return Workspace(root, mark=root / "wrangler.toml")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "index.mjs").write_text("")
    return folder


def write(folder: Path, **fields: object) -> Path:
    path = folder / "wrangler.jsonc"
    base = {"name": "shop", "main": "src/index.mjs"}
    path.write_text("// a comment\n" + json.dumps({**base, **fields}))
    return path


def refusal(path: Path, project: Workspace) -> str:
    with pytest.raises(Usage) as refused:
        read_app(path, project)
    return refused.value.message


def absent(app: App) -> dict[str, str]:
    return dict(app.bindings.absent)


def test_a_binding_to_our_entry_point_has_its_props(shop: Path, project: Workspace) -> None:
    app = read_app(write(shop, services=[TO_US | {"props": PROPS}]), project)

    assert app.bindings.ways == (Way("SECRETS", "Secrets", PROPS),)
    assert not absent(app)


def test_missing_props_are_an_empty_object(shop: Path, project: Workspace) -> None:
    """As on Cloudflare: the Worker answers them with an error of its own."""
    [way] = read_app(write(shop, services=[TO_US]), project).bindings.ways

    assert way.props == {}


def test_a_folder_stands_for_the_config_in_it(shop: Path, project: Workspace) -> None:
    config = write(shop)

    assert read_app(shop, project).config == config


@pytest.mark.parametrize(
    ("fields", "name", "why"),
    [
        ({"ai": {"binding": "AI"}}, "AI", "ai does not work on this machine"),
        (
            {"vectorize": [{"binding": "INDEX", "index_name": "i"}]},
            "INDEX",
            "vectorize does not work on this machine",
        ),
        (
            {"services": [{"binding": "CART", "service": "cart"}]},
            "CART",
            "px dev does not run the Worker cart",
        ),
        (
            {"services": [TO_US | {"entrypoint": "Default"}]},
            "SECRETS",
            f"{OURS} has no entry point Default",
        ),
        (
            {
                "durable_objects": {
                    "bindings": [
                        {"name": "LEDGER", "class_name": "ProjectLedger", "script_name": OURS}
                    ]
                }
            },
            "LEDGER",
            f"px dev gives no objects of the Worker {OURS}",
        ),
    ],
)
def test_a_binding_that_does_not_work_here_is_named(
    shop: Path, project: Workspace, fields: dict[str, object], name: str, why: str
) -> None:
    app = read_app(write(shop, **fields), project)

    assert absent(app) == {name: why}
    assert not app.bindings.ways


def test_bindings_that_work_here_are_not_named(shop: Path, project: Workspace) -> None:
    app = read_app(
        write(
            shop,
            vars={"A": "b"},
            kv_namespaces=[{"binding": "KV", "id": "abc"}],
            d1_databases=[{"binding": "DB", "database_id": "abc"}],
            durable_objects={"bindings": [{"name": "CART", "class_name": "Cart"}]},
            services=[{"binding": "SELF", "service": "shop"}],
        ),
        project,
    )

    assert not absent(app)


@pytest.mark.parametrize(
    "field", ["build", "unsafe", "containers", "dev", "browser", "account_id", "site"]
)
def test_what_runs_or_reaches_more_than_the_worker_is_not_kept(field: str) -> None:
    """A build's command, a plugin of `unsafe`, a container, a debugger's address."""
    assert field not in KEPT


def test_a_build_is_said_and_not_run(shop: Path, project: Workspace) -> None:
    """It is also why there may be no main yet."""
    path = write(shop, build={"command": "npm run build"}, main="dist/index.js")

    with pytest.raises(Usage) as refused:
        read_app(path, project)
    assert refused.value.message.endswith("dist/index.js, its main")
    assert refused.value.hint == "px does not run its build: npm run build"
    write(shop, build={"command": "npm run build"})
    assert read_app(path, project).build == "npm run build"


def test_a_config_that_is_not_there_is_named(shop: Path, project: Workspace) -> None:
    assert (
        refusal(shop / "wrangler.json", project) == f"--with: {shop}/wrangler.json does not exist"
    )
    assert refusal(shop, project) == f"--with: {shop}/wrangler.toml does not exist"


def test_a_file_that_is_no_config_is_refused(shop: Path, project: Workspace) -> None:
    path = shop / "src" / "index.mjs"

    assert refusal(path, project) == f"--with: {path} is no configuration of wrangler"


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "shop", "services": 3}'])
def test_a_malformed_config_is_refused(shop: Path, project: Workspace, text: str) -> None:
    path = write(shop)
    path.write_text(text)

    assert "wrangler.jsonc" in refusal(path, project)


@pytest.mark.parametrize("field", [{"build": "npm run build"}, {"compatibility_flags": 3}])
def test_a_malformed_field_is_refused(
    shop: Path, project: Workspace, field: dict[str, object]
) -> None:
    """Before anything is made of it: a px dev that runs keeps the app's earlier settings."""
    assert refusal(write(shop, **field), project).endswith("a field that wrangler would not take")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../../x", "has a name that Cloudflare would not take"),
        ("a\x1b[2J", "has a name that Cloudflare would not take"),
        (OURS, f"has the name of the project's own Worker, {OURS}"),
    ],
)
def test_a_name_that_would_lead_elsewhere_is_refused(
    shop: Path, project: Workspace, name: str, message: str
) -> None:
    assert refusal(write(shop, name=name), project) == f"{shop}/wrangler.jsonc {message}"


def test_no_main_is_refused(shop: Path, project: Workspace) -> None:
    path = write(shop)
    path.write_text('{"name": "shop"}')

    assert refusal(path, project) == "wrangler.jsonc lacks 'main'"


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"main": "../secrets/worker/index.mjs"}, "main"),
        ({"main": "../index.mjs"}, "main"),
        ({"base_dir": "../secrets/worker"}, "base_dir"),
        ({"assets": {"directory": ".."}}, "assets.directory"),
        ({"assets": {"directory": "../secrets/.px"}}, "assets.directory"),
    ],
)
def test_no_folder_leads_to_the_projects_own_files(
    shop: Path, project: Workspace, fields: dict[str, object], what: str
) -> None:
    """wrangler would serve or upload what is in it, .dev.vars and .px with the keys too."""
    found = refusal(write(shop, **fields), project)

    assert found == f"{shop}/wrangler.jsonc: {what} leads to the project's own files"


def test_a_link_does_not_lead_to_them_either(shop: Path, project: Workspace) -> None:
    (shop / "public").symlink_to(project.root)

    assert "leads to" in refusal(write(shop, assets={"directory": "public"}), project)


def test_an_app_below_the_project_may_use_its_own_folder(project: Workspace) -> None:
    """As the examples are in a checkout."""
    folder = project.root / "examples" / "shop"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "index.mjs").write_text("")

    assert read_app(write(folder, assets={"directory": "src"}), project).name == "shop"


def test_the_projects_own_folder_is_refused(project: Workspace) -> None:
    """wrangler would give the app the master keys of .dev.vars as variables."""
    (project.root / "src").mkdir()
    (project.root / "src" / "index.mjs").write_text("")

    assert "in the project's own folder" in refusal(write(project.root), project)


@pytest.mark.parametrize(
    ("name", "ours"),
    [(".dev.vars", ".dev.vars"), (".env", ".env.deploy"), (".dev.vars.staging", ".px/local.json")],
)
def test_a_link_to_the_projects_variables_is_refused(
    shop: Path, project: Workspace, name: str, ours: str
) -> None:
    (shop / name).symlink_to(project.root / ours)

    assert refusal(write(shop), project).endswith(f"the {name} next to it is the project's own")


def test_a_link_to_the_projects_local_state_is_refused(shop: Path, project: Workspace) -> None:
    (shop / ".wrangler").symlink_to(project.root / ".wrangler")

    assert ".wrangler leads to the project's own files" in refusal(write(shop), project)


def test_the_environment_of_the_same_name_is_used_if_the_app_has_one(
    shop: Path, project: Workspace
) -> None:
    """A binding names the Worker of that environment."""
    staging = Workspace(project.root, Environment("staging"), project.mark)
    services = [TO_US | {"service": f"{OURS}-staging"}]
    path = write(shop, env={"staging": {"services": services}})

    assert read_app(path, staging).name == "shop-staging"
    assert len(read_app(path, staging).bindings.ways) == 1
    assert read_app(write(shop, services=services), staging).name == "shop"
