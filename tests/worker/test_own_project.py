from __future__ import annotations

import json
import secrets
import subprocess
from dataclasses import replace

import pytest

import px
from px.project.workspace import Workspace
from support.cloudflare import Cloudflare
from support.cloudflare_account import ACCOUNT, Account
from support.edge import Edge
from support.installed_px import InstalledPx
from support.schemas import conforms
from worker.own_project import OwnProject, dev, make_own_project

KEY = "sk-not-a-real-key"


@pytest.fixture(scope="module")
def own(installed_px: InstalledPx, tmp_path_factory: pytest.TempPathFactory) -> OwnProject:
    return make_own_project(installed_px, tmp_path_factory.mktemp("anywhere"))


@pytest.fixture(scope="module")
def told(own: OwnProject) -> str:
    """What a brain's run said, in the project's own Worker on this machine."""
    with dev(own):
        own.run("secret", "create", "OPENAI_API_KEY", "--stdin", stdin=KEY)
        return own.run("brain", "run", "hello", "--watch", "--json")


def test_its_worker_runs_here_and_a_brain_reads_a_secret(told: str) -> None:
    """From an empty folder to a run, with the library out of the wheel alone."""
    events = {event["type"]: event for event in map(json.loads, told.splitlines())}

    assert "brain:complete" in events
    assert events["step:complete"]["patch"] == [
        {"op": "add", "path": "/letters", "value": len(KEY)}
    ]
    assert KEY not in told


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


def test_it_can_be_deployed(own: OwnProject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """To a stand-in of Cloudflare's API, which runs what was uploaded; and px checks the API."""
    folder, token = tmp_path_factory.mktemp("edge"), secrets.token_urlsafe(30)
    with (
        Edge(Workspace(own.folder), folder) as edge,
        Cloudflare(Account(token, changed=edge.put)) as cloudflare,
    ):
        settings = own.folder / ".env.deploy"
        settings.touch(mode=0o600)
        settings.write_text(
            f"CLOUDFLARE_API_TOKEN={token}\nCLOUDFLARE_ACCOUNT_ID={ACCOUNT}\nPX_URL={edge.url}\n"
        )
        there = {"CLOUDFLARE_API_BASE_URL": cloudflare.url}
        deploying = replace(own.px, environment={**own.px.environment, **there})
        told = deploying.run("deploy", "--no-recovery-file", "--json", cwd=own.folder)

    done = json.loads(told)
    assert (done["worker"], done["created"]) == ("shop", True)
    assert done["checks"] > 0


def test_what_new_prints_is_as_its_schema_says(own: OwnProject) -> None:
    """And the files that it names are there."""
    told = own.run("new", "another", "--name", "other-name", "--json")
    done = json.loads(told)

    conforms("new", done)
    assert done["worker"] == "other-name"
    assert all((own.folder / "another" / name).is_file() for name in done["files"])
