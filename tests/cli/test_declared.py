"""What the project's code asks for: `px secret require --project-code`, `types`, dev and deploy."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from positronic.names import parse_token_name
from px.api.client import Client
from px.api.tokens import Tokens
from px.commands.dev import _Output
from px.declared.code import read_code
from px.declared.stub import MODULE, STUB
from px.deploy.asked import check_asked
from px.errors import Refused
from px.project.workspace import Workspace
from px.settings import Target, make_target
from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_in_process import PxInProcess
from support.px_process import CANARY
from support.schemas import conforms

BRAIN: Final = """\
from positronic import brain


@brain("shop").step("Ask")
async def shop(state, secrets):
    key = await secrets.get("API_KEY")
    mode = await secrets.get("MODE", "test")
    more = await secrets.get_many(["DB_URL", state["other"]])
    return {**state, "key": key, "mode": mode, "more": more}
"""
HERE: Final = "worker/brains/shop.py line"


@pytest.fixture
def project(here: PxInProcess) -> Workspace:
    """A project with one brain, which reads three secrets by name."""
    (here.folder / "wrangler.toml").touch()
    brains = here.folder / "worker" / "brains"
    brains.mkdir(parents=True)
    (brains / "shop.py").write_text(BRAIN)
    return Workspace(here.folder)


@pytest.fixture
def target(server: TestDevServer) -> Target:
    return make_target(server.url, server.token)


@pytest.mark.usefixtures("project")
def test_what_the_code_asks_for_and_the_server_lacks(
    here: PxInProcess, server: TestDevServer
) -> None:
    """The names on stdout, where they are read on stderr; a default makes a name optional."""
    server.seed({"DB_URL": CANARY})

    done = here.run("secret", "require", "--project-code")

    assert (done.returncode, done.stdout) == (1, "API_KEY\n")
    assert f"  {HERE} 6: asks for API_KEY\n" in done.stderr
    assert "1 use of secrets with names made at run time" in done.stderr
    assert "MODE" not in done.stderr


@pytest.mark.usefixtures("project")
def test_all_that_the_code_asks_for_is_there(here: PxInProcess, server: TestDevServer) -> None:
    server.seed({"DB_URL": CANARY, "API_KEY": CANARY})

    done = here.run("secret", "require", "--project-code")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("2 secrets required, none missing\n")


@pytest.mark.usefixtures("project")
def test_names_and_code_add_up_in_json(here: PxInProcess, server: TestDevServer) -> None:
    """File and line for what the code asks for; a typed name has none."""
    server.seed({"DB_URL": CANARY})

    done = here.run("secret", "require", "TYPED", "--project-code", "--json")

    found = json.loads(done.stdout)
    conforms("secret require", found)
    assert found == {
        "present": ["DB_URL"],
        "missing": ["TYPED", "API_KEY"],
        "missingIn": [{"name": "API_KEY", "file": "worker/brains/shop.py", "line": 6}],
        "unchecked": 1,
    }


def test_code_that_asks_for_nothing_lacks_nothing(here: PxInProcess, project: Workspace) -> None:
    (project.worker / "brains" / "shop.py").write_text("")

    assert here.run("secret", "require", "--project-code").returncode == 0


def test_code_that_px_cannot_read_is_named(
    here: PxInProcess, project: Workspace, server: TestDevServer
) -> None:
    """Exit code 2 and nothing sent: what it asks for is not known."""
    (project.worker / "brains" / "bad.py").write_text(f"x = 1\n'{CANARY}\n")

    done = here.run("secret", "require", "--project-code")

    assert (done.returncode, done.stdout, server.calls) == (2, "", [])
    assert "  worker/brains/bad.py line 2: not Python that px can read\n" in done.stderr
    assert CANARY not in done.stderr


def test_outside_a_project_there_is_no_code(here: PxInProcess, server: TestDevServer) -> None:
    done = here.run("secret", "require", "--project-code")

    assert (done.returncode, server.calls) == (2, [])
    assert "wrangler.toml" in done.stderr


def test_types_have_the_names_of_the_server_and_of_the_example(
    here: PxInProcess, project: Workspace, server: TestDevServer
) -> None:
    """Not those of the code alone: a misspelt one would be right. It is reported instead."""
    server.seed({"DB_URL": CANARY, "APIKEY": CANARY})
    (project.root / ".env.secrets.example").write_text("MODE=\n")

    done = here.run("secret", "types")

    stub = (project.root / STUB).read_text()
    assert (done.returncode, done.stdout) == (0, "")
    assert 'Literal[\n    "APIKEY",\n    "DB_URL",\n    "MODE",\n]' in stub
    assert (project.root / MODULE).is_file()
    assert f"Wrote {STUB} with 3 secrets of {server.url}" in done.stderr
    assert ", 1 of them only in .env.secrets.example\n" in done.stderr
    assert f"{HERE} 6: unknown name API_KEY; did you mean `APIKEY`?" in done.stderr
    assert CANARY not in stub + done.stderr


@pytest.mark.usefixtures("project")
def test_types_in_json(here: PxInProcess, server: TestDevServer) -> None:
    server.seed({"DB_URL": CANARY, "MODE": CANARY})

    found = json.loads(here.run("secret", "types", "--json").stdout)

    conforms("secret types", found)
    assert found["names"] == ["DB_URL", "MODE"]
    assert found["unknown"] == [{"name": "API_KEY", "file": "worker/brains/shop.py", "line": 6}]


def test_a_server_that_fails_leaves_the_types_alone(
    here: PxInProcess, project: Workspace, server: TestDevServer
) -> None:
    server.fail_next(faults.web_page(500))

    assert here.run("secret", "types").returncode == 5
    assert not (project.root / STUB).exists()


def test_a_deploy_is_refused_while_something_is_missing(
    project: Workspace, server: TestDevServer, target: Target
) -> None:
    """With file and line; once all is there, and with --allow-missing, it goes on."""
    told: list[str] = []
    code = read_code(project)

    with pytest.raises(Refused) as caught:
        check_asked(code, target, told.append, allow_missing=False)
    allowed = check_asked(code, target, told.append, allow_missing=True)
    server.seed({"DB_URL": CANARY, "API_KEY": CANARY})
    complete = check_asked(code, target, told.append, allow_missing=False)

    places = [(one.name, one.file, one.line) for one in caught.value.details]
    file = "worker/brains/shop.py"
    assert places == [("API_KEY", file, 6), ("DB_URL", file, 8)]
    assert (caught.value.code, caught.value.exit_code) == ("missing_secrets", 1)
    assert "--allow-missing" in caught.value.hint
    assert (allowed, complete) == (("API_KEY", "DB_URL"), ())
    assert f"  {HERE} 6: asks for API_KEY" in told


def test_a_deployer_may_ask_what_is_missing(
    project: Workspace, server: TestDevServer, target: Target
) -> None:
    """It lists nothing: each name of the code is asked for."""
    with Client(target) as client:
        token = Tokens(client).issue(parse_token_name("github"), "deployer", None).text
    server.seed({"DB_URL": CANARY})
    server.calls.clear()

    deployer = replace(target, token=token)
    missing = check_asked(read_code(project), deployer, print, allow_missing=True)

    assert missing == ("API_KEY",)
    assert [one.path for one in server.calls] == [
        *("/secrets/API_KEY/exists", "/secrets/DB_URL/exists")
    ]


def test_the_first_deploy_says_what_it_will_need(project: Workspace) -> None:
    """There is no server yet that could have it."""
    told: list[str] = []

    missing = check_asked(read_code(project), None, told.append, allow_missing=False)

    assert missing == ("API_KEY", "DB_URL")
    assert f"  {HERE} 8: asks for DB_URL" in told


def test_a_server_that_fails_does_not_stop_its_own_repair(
    project: Workspace, server: TestDevServer, target: Target
) -> None:
    told: list[str] = []
    server.fail_next(*[faults.web_page(500)] * 9)

    assert check_asked(read_code(project), target, told.append, allow_missing=False) == ()
    assert [line for line in told if "px could not check the secrets" in line] != []


def test_code_that_asks_for_nothing_asks_no_server(
    tmp_path: Path, server: TestDevServer, target: Target
) -> None:
    check_asked(read_code(Workspace(tmp_path)), target, print, allow_missing=False)

    assert server.calls == []


def test_dev_warns_once(
    project: Workspace, server: TestDevServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Again only when something has changed."""
    output = _Output(verbose=False, as_json=False)
    server.seed({"DB_URL": CANARY})

    output.asked(project, server.url, server.token)
    output.asked(project, server.url, server.token)
    first = capsys.readouterr().err
    server.seed({"API_KEY": CANARY})
    output.asked(project, server.url, server.token)

    asks = f"{HERE} 6 asks for API_KEY, which the Worker lacks: `px secret create API_KEY`"
    assert first.count(f"warning: {asks}\n") == 1
    assert "API_KEY" not in capsys.readouterr().err
