"""`px doctor` as a process: its lines, its exit code, and what it must not show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_in_process import PxInProcess
from support.px_process import CANARY, PX, Px
from support.source import ROOT

HERE = ["px", "python", "node", "tools"]


@pytest.fixture
def project(px: Px) -> Path:
    """A project in order: its files private and ignored, its secrets readable."""
    folder = px.folder
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for name in ("wrangler.toml", "worker/entry.py", "requirements/worker.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        copyfile(ROOT / name, folder / name)
    (folder / ".gitignore").write_text(".env.*\n.dev.vars\n.px/\n")
    (folder / ".env.secrets").touch(0o600)
    (folder / ".env.secrets").write_text(f"A={CANARY}\n")
    return folder


def lines(output: str) -> dict[str, list[str]]:
    """What was found, by check: status, sentence, hint."""
    found = (line.split("\t") for line in output.splitlines())
    return {check: [status, *rest] for status, check, *rest in found}


def test_a_project_in_order(here: PxInProcess, project: Path) -> None:
    """Exit code 0; in a pipe one line for each check, with tabs."""
    done = here.run("doctor")

    found = lines(done.stdout)
    assert (done.returncode, done.stderr) == (0, "Nothing to fix.\n")
    assert list(found) == [
        *(*HERE, "mode", "git", "secrets", "rotation", "address", "token", "project"),
        *("server", "clock", "access", "role", "keys", "records", "copies", "backup"),
    ]
    assert {name for name, rest in found.items() if rest[0] != "ok"} == {"records"}


def test_a_line_of_env_deploy_that_px_cannot_read(px: Px, project: Path) -> None:
    """Its number, and what to do; nothing of the line."""
    (project / ".env.deploy").touch(0o600)
    (project / ".env.deploy").write_text(f"PX_TOKEN=x\n{CANARY}\n")

    done = px.run("doctor", environment={"PX_URL": "", "PX_TOKEN": ""})

    status, sentence, hint = lines(done.stdout)["address"]
    assert (done.returncode, status) == (1, "fail")
    assert ".env.deploy has a line that px cannot read; nothing was sent; line 2: " in sentence
    assert hint == "correct what is named: docs/files.md has the format"
    assert CANARY not in done.stdout + done.stderr


def test_what_is_wrong_has_a_fix(here: PxInProcess, project: Path) -> None:
    """Exit code 1, and a command that fixes it."""
    (project / ".env.secrets").chmod(0o644)

    done = here.run("doctor")

    status, sentence, hint = lines(done.stdout)["mode"]
    assert (done.returncode, status, hint) == (1, "fail", "chmod 600 .env.secrets")
    assert sentence == ".env.secrets has mode 644: others can open it"
    assert done.stderr == "1 to fix, 0 warnings\n"


def test_a_checkout_cannot_control_the_terminal(here: PxInProcess, project: Path) -> None:
    """What its files say is shown without control characters."""
    config = project / "wrangler.toml"
    config.write_text(config.read_text().replace("worker/entry.py", "worker/\\u001b[2K.py"))
    (project / "worker" / "\033[2K.py").write_text("from positronic import Default")

    done = here.run("doctor")

    assert (done.returncode, lines(done.stdout)["settings"][0]) == (1, "fail")
    assert "\\x1b[2K.py: import " in done.stdout
    assert "\033" not in done.stdout + done.stderr


def test_json(here: PxInProcess, project: Path) -> None:
    """One document, whatever was found, and no talk beside it."""
    (project / ".env.secrets").chmod(0o644)

    done = here.run("doctor", "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert set(found) == {"healthy", "fails", "warnings", "checks"}
    assert (found["healthy"], found["fails"], found["warnings"]) == (False, 1, 0)
    assert {frozenset(one) for one in found["checks"]} <= {
        frozenset({"check", "status", "message"}),
        frozenset({"check", "status", "message", "hint"}),
    }


def test_a_terminal_gets_columns(px: Px, project: Path) -> None:
    """The hint stands below its line, and there are no colours."""
    (project / ".env.secrets").chmod(0o644)
    child = px.terminal("doctor")

    child.expect_exact("fail  mode      .env.secrets has mode 644: others can open it")
    child.expect_exact("-> chmod 600 .env.secrets")
    shown = child.before + child.read()

    assert "ok    role      root" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_no_value_and_no_token_is_shown(
    here: PxInProcess, server: TestDevServer, project: Path, flags: list[str]
) -> None:
    """Not of the environment, not of any file, read or broken."""
    (project / ".env.deploy").write_text(f"PX_URL=https://d.dev\nPX_TOKEN={CANARY}\n")
    (project / ".px").mkdir()
    for name in (".dev.vars", ".px/local.json", ".px/rotation.json"):
        (project / name).write_text(f'{{"{CANARY}')
    (project / ".env.secrets").write_text(f"A={CANARY}\n{CANARY}\n")

    done = here.run("doctor", *flags)

    shown = done.stdout + done.stderr
    assert done.returncode == 1
    assert CANARY not in shown
    assert server.token not in shown
    assert server.token[-20:] not in shown


def bare() -> Iterator[tuple[str, dict[str, str]]]:
    """What may be missing on a machine, by name: an environment without it."""
    yield "no server", {"PATH": os.environ["PATH"]}
    yield "no git", {"PATH": "/no/such/folder", "PX_URL": "http://127.0.0.1:9", "PX_TOKEN": "x"}
    yield "no PATH", {"PX_URL": "http://127.0.0.1:9", "PX_TOKEN": "x"}
    yield "no HOME", {"PATH": os.environ["PATH"], "HOME": "", "PX_URL": "https://no.invalid"}
    yield "half a pair", {"PATH": os.environ["PATH"], "PX_TOKEN": CANARY}
    yield "a bad project", {"PX_URL": "http://127.0.0.1:9", "PX_TOKEN": "x", "PX_PROJECT": "X!"}
    yield "a bad address", {"PX_URL": f"http://{CANARY}.dev", "PX_TOKEN": "x"}


@pytest.mark.parametrize("environment", [pytest.param(one, id=name) for name, one in bare()])
def test_it_works_where_something_is_missing(tmp_path: Path, environment: dict[str, str]) -> None:
    """Each is a line, never a traceback, and nothing of it is shown."""
    done = subprocess.run(
        [sys.executable, PX, "doctor"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    found = lines(done.stdout)
    assert done.returncode == 1
    assert {*HERE, "mode", "git", "secrets", "rotation", "address"} <= set(found)
    assert "fail" in {found["address"][0], found.get("server", [""])[0]}
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stdout + done.stderr


def test_a_server_that_hangs_is_bounded(here: PxInProcess, server: TestDevServer) -> None:
    """--timeout is the time for all questions together; the rest is said to be not known."""
    server.fail_next(faults.hang)

    done = here.run("doctor", "--timeout", "0.3")

    found = lines(done.stdout)
    assert (done.returncode, found["server"][0], len(server.calls)) == (1, "fail", 1)
    assert {found[name][0] for name in ("access", "role", "keys", "clock")} == {"skip"}


def test_it_changes_nothing(here: PxInProcess, server: TestDevServer, project: Path) -> None:
    """Neither on the server nor in the folder."""
    server.seed({"A": "x"})
    before = sorted(str(path) for path in project.rglob("*"))

    here.run("doctor")

    assert {call.method for call in server.calls} == {"GET"}
    assert sorted(str(path) for path in project.rglob("*")) == before


def test_the_example_is_copied_as_the_docs_say(here: PxInProcess, project: Path) -> None:
    """Under any umask the copy is in order, for both files that have an example."""
    settings, root = (ROOT / "docs" / "settings.md").read_text(), project
    for name in (".env.secrets", ".env.deploy"):
        words = f"install -m 600 {name}.example {name}"
        assert words in settings
        (root / name).unlink(missing_ok=True)
        (root / f"{name}.example").write_text("A=1\n" if "secrets" in name else "")
        subprocess.run(["sh", "-c", f"umask 0; {words}"], cwd=root, check=True)

    done = here.run("doctor")

    modes = [line for line in done.stdout.splitlines() if line.split("\t")[1] == "mode"]
    assert [line.split("\t")[0] for line in modes] == ["ok", "ok"]
