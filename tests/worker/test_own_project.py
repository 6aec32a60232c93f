from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import px
from px.project.env_deploy import read_settings
from px.project.workspace import Workspace
from support.cloudflare import Cloudflare
from support.cloudflare_account import ACCOUNT, Account
from support.edge import Edge
from support.installed_px import InstalledPx
from support.schemas import conforms
from support.wheels import make_wheel
from worker.own_project import OwnProject, dev, make_own_project

KEY = "sk-not-a-real-key"


@pytest.fixture(scope="module")
def own(installed_px: InstalledPx, tmp_path_factory: pytest.TempPathFactory) -> OwnProject:
    return make_own_project(installed_px, tmp_path_factory.mktemp("anywhere"))


class Told(NamedTuple):
    """What a brain's runs said, in the project's own Worker on this machine."""

    failed: str  # without its secret
    ran: str


@pytest.fixture(scope="module")
def told(own: OwnProject) -> Told:
    words = ("brain", "run", "hello", "--watch", "--json")
    with dev(own):
        failed = own.px.attempt(*words, cwd=own.folder).stdout
        own.run("secret", "create", "OPENAI_API_KEY", "--stdin", stdin=KEY)
        return Told(failed, own.run(*words))


@dataclass(frozen=True, slots=True)
class Deployed:
    """`px` reaches the stand-in; `known` is what README has a person put into GitHub's settings.

    `staging` is where a Worker of that environment would answer.
    """

    px: InstalledPx
    account: Account
    staging: str
    first: dict[str, Any]
    known: dict[str, str]


@pytest.fixture(scope="module")
def deployed(own: OwnProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The project after its first deploy, with its secret, while the stand-in runs."""
    folder, token = tmp_path_factory.mktemp("edge"), secrets.token_urlsafe(30)
    with ExitStack() as stack:
        edges = {
            name: stack.enter_context(Edge(Workspace(own.folder), folder / name))
            for name in ("shop", "shop-staging")
        }
        account = Account(token, changed=lambda name, worker: edges[name].put(name, worker))
        cloudflare = stack.enter_context(Cloudflare(account))
        settings = own.folder / ".env.deploy"
        _write_settings(settings, token, edges["shop"].url)
        there = {**own.px.environment, "CLOUDFLARE_API_BASE_URL": cloudflare.url}
        px = replace(own.px, environment=there)
        first = json.loads(px.run("deploy", "--no-recovery-file", "--json", cwd=own.folder))
        create = ("secret", "create", "OPENAI_API_KEY", "--stdin")
        px.run(*create, cwd=own.folder, stdin=KEY)
        readme = " ".join((own.folder / "README.md").read_text().split())
        words = readme.partition("`PX_TOKEN` (a token from `px ")[2].partition("`")[0].split()
        made = px.run(*words, cwd=own.folder).strip()
        known = {**read_settings(settings), "PX_TOKEN": made}
        yield Deployed(px, account, edges["shop-staging"].url, first, known)


def _write_settings(path: Path, token: str, url: str) -> None:
    path.touch(mode=0o600)
    path.write_text(
        f"CLOUDFLARE_API_TOKEN={token}\nCLOUDFLARE_ACCOUNT_ID={ACCOUNT}\nPX_URL={url}\n"
    )


@dataclass(frozen=True, slots=True)
class Added:
    """What px said of two packages, neither of which is published."""

    works: dict[str, Any]
    cannot: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def added(own: OwnProject, deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Added:
    """In the project that ran and was deployed; a folder is px's only index meanwhile."""
    wheels = tmp_path_factory.mktemp("wheels")
    make_wheel(wheels, "pxworks")
    threads = "import threading\nthreading.Thread(target=print).start()\n"
    make_wheel(wheels, "pxthread", files={"pxthread.py": threads})
    links = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{wheels} {own.wheels}"}
    px = replace(deployed.px, environment={**deployed.px.environment, **links})
    works = json.loads(px.run("add", "pxworks", "--json", cwd=own.folder))
    return Added(works, px.attempt("add", "pxthread", "--json", cwd=own.folder))


def _events(told: str) -> dict[str, dict[str, Any]]:
    return {event["type"]: event for event in map(json.loads, told.splitlines())}


def test_a_run_that_fails_names_its_authors_line(told: Told) -> None:
    """By its path in the project, which is not the library's."""
    error = _events(told.failed)["brain:error"]["error"]

    assert "worker/brains/hello.py, line " in error["where"], error


def test_its_worker_runs_here_and_a_brain_reads_a_secret(told: Told) -> None:
    """From an empty folder to a run, with the library out of the wheel alone."""
    events = _events(told.ran)

    assert "brain:complete" in events
    assert events["step:complete"]["patch"] == [
        {"op": "add", "path": "/letters", "value": len(KEY)}
    ]
    assert KEY not in told.ran


@pytest.mark.usefixtures("told")
def test_the_library_is_the_one_that_px_carries(own: OwnProject) -> None:
    """The requirement is a path and a hash: the index is not even asked for its name."""
    found = {path.name for path in (own.folder / "python_modules").glob("positronic*")}

    assert found == {"positronic", f"positronic_secrets-{px.__version__}.dist-info"}
    assert not own.px.index.asked_for_ours


def test_the_brains_test_passes_with_the_library(own: OwnProject) -> None:
    """On CPython, with what px has installed."""
    done = subprocess.run(
        own.px.command("python", "-m", "unittest", "discover", "tests"),
        cwd=own.folder,
        env={**own.px.surroundings, "PYTHONPATH": "worker"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "Ran 1 test" in done.stderr) == (0, True), done.stderr


def test_it_can_be_deployed(deployed: Deployed) -> None:
    """To a stand-in of Cloudflare's API, which runs what was uploaded; and px checks the API."""
    first = deployed.first

    assert (first["worker"], first["created"]) == ("shop", True)
    assert first["checks"] > 0


def test_github_deploys_what_is_committed(
    own: OwnProject, deployed: Deployed, tmp_path: Path
) -> None:
    """The workflow's last step, with its variables alone, where nothing is that git ignores."""
    written = tomllib.loads((own.folder / "pyproject.toml").read_text())["tool"]["px"]["files"]
    for name in ("pyproject.toml", *written):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(own.folder / name, tmp_path / name)
    workflow = yaml.safe_load((tmp_path / ".github" / "workflows" / "deploy.yml").read_text())
    step = workflow["jobs"]["deploy"]["steps"][-1]
    filled = {name: deployed.known[_wanted(text)] for name, text in step["env"].items()}
    _, *words = step["run"].split()
    there = replace(deployed.px, environment={**deployed.px.environment, **filled})
    done = json.loads(there.run(*words, "--json", cwd=tmp_path))

    assert (done["worker"], done["created"]) == ("shop", False)
    assert (done["masterKeyMade"], done["rootTokenMade"]) == (False, False)
    assert done["missingSecrets"] == []
    assert not (tmp_path / ".env.deploy").exists()


def _wanted(expression: str) -> str:
    """The name in `${{ secrets.NAME }}`."""
    return expression.strip("${} ").partition(".")[2]


def test_a_package_that_works_is_added_and_one_that_cannot_is_refused(
    own: OwnProject, added: Added
) -> None:
    """The one is pinned and installed, the other leaves no trace."""
    requirements = (own.folder / "requirements" / "worker.txt").read_text()

    assert added.works["imported"] == ["pxworks"]
    assert (own.folder / "python_modules" / "pxworks.py").is_file()
    assert "pxworks==1.0 \\\n    --hash=sha256:" in requirements
    assert added.cannot.returncode == 1
    assert "can't start new thread" in json.loads(added.cannot.stderr)["error"]
    assert "pxthread" not in requirements


@pytest.mark.usefixtures("added")
def test_staging_is_deployed_beside_production(own: OwnProject, deployed: Deployed) -> None:
    """With the package that was added, and with nothing of production's secrets."""
    px, folder = deployed.px, own.folder
    px.run("env", "add", "staging", cwd=folder)
    _write_settings(folder / ".env.deploy.staging", deployed.account.token, deployed.staging)
    words = ("--env", "staging", "deploy", "--no-recovery-file", "--no-checks", "--allow-missing")
    done = json.loads(px.run(*words, "--json", cwd=folder))
    listed = [
        json.loads(px.run("--env", one, "secret", "list", "--json", cwd=folder))["secrets"]
        for one in ("production", "staging")
    ]

    assert (done["worker"], done["created"]) == ("shop-staging", True)
    modules = [part.name for part in deployed.account.workers["shop-staging"].modules]
    assert "python_modules/pxworks.py" in modules
    assert [[one["name"] for one in found] for found in listed] == [["OPENAI_API_KEY"], []]


def test_what_new_prints_is_as_its_schema_says(own: OwnProject) -> None:
    """And the files that it names are there."""
    told = own.run("new", "another", "--name", "other-name", "--json")
    done = json.loads(told)

    conforms("new", done)
    assert done["worker"] == "other-name"
    assert all((own.folder / "another" / name).is_file() for name in done["files"])
