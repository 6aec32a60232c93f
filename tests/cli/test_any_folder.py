"""`px dev` and `px deploy` wherever they are called: one clear sentence, or they work."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest

from px.errors import Usage
from px.project.environment import Environment
from px.project.manifest import read_manifest
from px.project.own import own_manifest
from px.project.workspace import Workspace, find_project
from support.px_process import Px
from support.template_project import write_project

ANOTHERS: Final = """\
// somebody else's Worker
{
  "name": "blog",
  "main": "src/index.ts", /* not Python */
  "compatibility_date": "2026-11-01",
}
"""
BOTH: Final = pytest.mark.parametrize("words", [("dev",), ("deploy", "--dry-run")], ids=" ".join)


def there(folder: Path) -> dict[str, bytes | None]:
    """Everything in the folder, and what is in it."""
    return {str(one): one.read_bytes() if one.is_file() else None for one in folder.rglob("*")}


def refused(folder: Path, words: tuple[str, ...], line: str, instead: str) -> str:
    """What px says of a new project with another line in its wrangler.toml; it changes nothing."""
    write_project(folder)
    config = folder / "wrangler.toml"
    assert line in config.read_text()
    config.write_text(config.read_text().replace(line, instead, 1))
    before = there(folder)

    done = Px(folder).run(*words)

    assert done.returncode == 2
    assert there(folder) == before
    return done.stderr


@BOTH
def test_a_bare_folder_is_a_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    """With how to make a project; nothing is written there."""
    done = Px(tmp_path).run(*words)

    assert done.returncode == 2
    assert done.stderr == (
        "error: no wrangler.toml, wrangler.jsonc or wrangler.json in this folder or above it\n"
        "hint: run px inside a project; `px new DIR` makes one\n"
    )
    assert there(tmp_path) == {}


@BOTH
@pytest.mark.parametrize("name", ["wrangler.jsonc", "wrangler.json", "wrangler.toml"])
def test_somebody_elses_worker_is_left_alone(
    tmp_path: Path, words: tuple[str, ...], name: str
) -> None:
    """px says what it would need, and touches nothing."""
    toml = 'name = "blog"\nmain = "src/index.ts"\ncompatibility_date = "2026-11-01"\n'
    (tmp_path / name).write_text(toml if name.endswith("toml") else ANOTHERS)
    before = there(tmp_path)

    done = Px(tmp_path).run(*words)

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"error: {name} is not that of a Positronic project; nothing was changed",
        "  main, a Python module: import BrainRun, Default, ProjectLedger from positronic",
        "  compatibility_flags: python_workers",
        "  kv_namespaces: a binding SECRETS_KV",
        "  durable_objects.bindings: PROJECT_LEDGER for the class ProjectLedger",
        "  durable_objects.bindings: BRAIN_RUN for the class BrainRun",
        "  requirements/worker.txt: the library, by path and hash",
        "hint: `px new DIR` makes one; to turn this one into one, add what is listed",
    ]
    assert there(tmp_path) == before


@BOTH
def test_a_project_of_an_older_version_is_told_what_it_lacks(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """It imports some of the Worker's classes, but not all that this px needs."""
    write_project(tmp_path)
    entry = tmp_path / "worker" / "entry.py"
    entry.write_text("from positronic.cloudflare.entrypoint import BrainRun, Default\n")
    before = there(tmp_path)

    done = Px(tmp_path).run(*words)

    assert done.returncode == 2
    assert "error: the project of this wrangler.toml lacks what px" in done.stderr
    assert "  worker/entry.py: import ProjectLedger from positronic\n" in done.stderr
    assert there(tmp_path) == before


@BOTH
@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        (
            'main = "worker/entry.py"',
            'main = "worker/enrty.py"',
            "worker/enrty.py: there is no such file",
        ),
        ('name = "shop"', "", "name"),
        ("compatibility_date = ", "compatibility_day = ", "compatibility_date"),
    ],
)
def test_a_mistyped_setting_is_named(
    tmp_path: Path, words: tuple[str, ...], line: str, instead: str, told: str
) -> None:
    """The project is still known as px's own, by its objects."""
    said = refused(tmp_path, words, line, instead)

    assert "error: the project of this wrangler.toml lacks what px" in said
    assert said.splitlines()[1:-1] == [f"  {told}"]


@BOTH
@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ('name = "shop"', 'name = "My Shop"', "name: lower-case letters"),
        ('name = "shop"', "name = 5", "name: lower-case letters"),
        ('name = "shop"', 'name = "-shop"', "name: lower-case letters"),
        ('PROJECT = "default"', 'PROJECT = "bad name!"', "vars.PROJECT: a project name has 1 to"),
        (
            "compatibility_date = ",
            "compatibility_date = 2026-11-01 # ",
            "compatibility_date: a date",
        ),
        (
            "compatibility_date = ",
            'compatibility_date = "2026-13-99" # ',
            "compatibility_date: a date",
        ),
        (
            "compatibility_flags = ",
            'compatibility_flags = "python_workers" # ',
            "compatibility_flags: a list of texts",
        ),
        ("crons = ", "crons = [5] # ", "triggers.crons: a list of texts"),
        ("compatibility_date = ", 'compatibility_date = "soon" # ', "compatibility_date: a date"),
        ("crons = ", 'crons = "daily" # ', "triggers.crons: a list of texts"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(
    tmp_path: Path, words: tuple[str, ...], line: str, instead: str, told: str
) -> None:
    """wrangler and the Worker would only not start; `px doctor` says the same."""
    said = refused(tmp_path, words, line, instead)

    assert "error: wrangler.toml has settings that cannot be right; nothing was" in said
    assert [one[: len(told) + 2] for one in said.splitlines()[1:-1]] == [f"  {told}"]
    assert f"fix what is listed: {told}" in Px(tmp_path).run("doctor").stdout


@BOTH
def test_a_mistake_in_the_toml_is_placed(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Its line, as no other tool is at hand to find it."""
    write_project(tmp_path)
    config = tmp_path / "wrangler.toml"
    config.write_text('name "shop"\n' + config.read_text())

    done = Px(tmp_path).run(*words)

    assert done.returncode == 2
    assert "error: wrangler.toml is not valid TOML: " in done.stderr
    assert "(at line 1, column 6)" in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("5", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ("[" * 10_000, "is not valid JSONC"),
        ('{"a": 1,\n b c}', "is not valid JSONC: line 2"),
    ],
    ids=["number", "list", "nested", "mistake"],
)
def test_a_mistake_in_the_json_is_a_sentence(tmp_path: Path, text: str, told: str) -> None:
    """Without an error of Python's in it."""
    config = tmp_path / "wrangler.jsonc"
    config.write_text(text)

    with pytest.raises(Usage, match=rf"wrangler\.jsonc {told}"):
        read_manifest(config)


def test_settings_that_wrangler_takes_are_taken(tmp_path: Path) -> None:
    """Long names, numbers as a project, no crons, an environment with a name and variables."""
    write_project(tmp_path)
    config = tmp_path / "wrangler.toml"
    text = config.read_text().replace('name = "shop"', f'name = "{"s_-9" * 20}"', 1)
    text = text.replace('PROJECT = "default"', "PROJECT = 5", 1)
    lines = [line for line in text.split("\n") if not line.startswith("crons")]
    config.write_text("\n".join(lines))

    assert own_manifest(Workspace(tmp_path)).variables["PROJECT"] == "5"


def test_a_mistake_in_the_entry_is_not_taken_for_another_project(tmp_path: Path) -> None:
    """The Worker's start says where it is."""
    write_project(tmp_path)
    (tmp_path / "worker" / "entry.py").write_text("from positronic.cloudflare import (\n")

    assert own_manifest(Workspace(tmp_path)).worker == "shop"


@pytest.mark.parametrize("name", ["wrangler.jsonc", "wrangler.json"])
def test_a_project_may_be_configured_in_json(tmp_path: Path, name: str) -> None:
    """With comments and a trailing comma, as wrangler takes it; wrangler.toml then counts less."""
    write_project(tmp_path)
    written = read_manifest(tmp_path / "wrangler.toml").written
    text = json.dumps({**written, "name": "other"}, indent=2)
    (tmp_path / name).write_text(f"// mine\n{text[:-2]},\n}}\n")

    found = own_manifest(Workspace(tmp_path))

    assert (found.worker, found.config.name) == ("other", name)


def test_a_subfolder_of_a_monorepo_is_a_project_of_its_own(tmp_path: Path) -> None:
    """The nearest configuration counts, also from below it; the .gitignore above is enough."""
    (tmp_path / "wrangler.jsonc").write_text(ANOTHERS)
    (tmp_path / ".gitignore").write_text(".env.*\n.dev.vars*\n.px*\n")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    shop = tmp_path / "packages" / "shop"
    shop.mkdir(parents=True)
    write_project(shop)

    assert find_project(shop / "worker" / "brains").config == shop / "wrangler.toml"
    assert own_manifest(find_project(shop)).worker == "shop"
    done = Px(shop / "worker").run("deploy", "--dry-run")
    assert (done.returncode, "px needs CLOUDFLARE_API_TOKEN" in done.stderr) == (2, True)


@BOTH
def test_an_environment_that_is_not_there_stops_before_anything(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """wrangler would take the top level and call it by another name."""
    write_project(tmp_path)
    before = there(tmp_path)

    done = Px(tmp_path).run("--env", "stagin", *words)

    assert done.returncode == 2
    assert done.stderr == (
        "error: wrangler.toml has no environment stagin\nhint: `px env add stagin` adds one\n"
    )
    assert there(tmp_path) == before


def test_the_option_may_be_before_or_after_the_command(tmp_path: Path) -> None:
    """And it wins over the variable."""
    write_project(tmp_path)
    px = Px(tmp_path, {"PX_ENV": "qa"})

    for words in (("--env", "dev1", "deploy"), ("deploy", "--env", "dev1")):
        assert "no environment dev1" in px.run(*words).stderr
    assert "no environment qa" in px.run("deploy").stderr


def test_every_file_of_an_added_environment_is_ignored_by_git(tmp_path: Path) -> None:
    """By the .gitignore of the template; its examples are committed."""
    write_project(tmp_path)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    staging = Workspace(tmp_path, Environment("staging"))
    private = [staging.environment.deploy_file, staging.dev_vars.name, ".px/x.json"]
    examples = [".env.deploy.example", ".dev.vars.example"]

    names = [*private, staging.environment.wrangler_config, *examples]
    asked = ["git", "-C", str(tmp_path), "check-ignore", "--no-index", *names]
    ignored = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()

    assert ignored == names[: -len(examples)]
