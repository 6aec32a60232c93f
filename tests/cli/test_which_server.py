"""A change while `px dev` runs in the folder, and projects that were never written to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pexpect import EOF

from positronic.names import parse_project
from px.api.client import Client
from px.commands.new_project import agree_to_create
from px.errors import Refused
from px.project import dev_state, owner_only
from px.settings import make_target
from px.testing.dev_server import TestDevServer
from support.px_process import Px


@pytest.fixture
def beside_px_dev(px: Px) -> Iterator[Px]:
    """In a project where `px dev` runs on another port than the server of PX_URL."""
    private = owner_only.make_folder(px.folder / ".px")
    (px.folder / "wrangler.toml").touch()
    local = json.dumps({"url": "http://127.0.0.1:9", "token": "t", "project": "default"})
    owner_only.create(private / "local.json", local.encode())
    with owner_only.locked(private / "dev.lock"):
        yield px


WRITES = (
    "secret create A --value x",
    "secret delete A --yes",
    "token create ci --role reader",
    "secret policy A --note n",
)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (dev_state.STARTING, "is still starting"),
        (dev_state.RESTARTING, "is restarting"),
        (dev_state.STOPPED, "is stopped: its code does not start"),
        (dev_state.RUNNING, "cannot be reached: connection refused"),
    ],
)
def test_a_worker_that_does_not_answer_yet_is_said(
    beside_px_dev: Px, state: str, said: str
) -> None:
    """By what the px dev of the folder is doing; exit code 3 as for any that cannot be reached."""
    lock = os.open(beside_px_dev.folder / ".px" / "dev.lock", os.O_WRONLY)
    dev_state.note(lock, state)
    os.close(lock)

    done = beside_px_dev.run("secret", "list", "--local", "--timeout", "1")

    assert (done.returncode, said in done.stderr) == (3, True), done.stderr


def test_a_command_waits_until_px_dev_is_ready(beside_px_dev: Px, server: TestDevServer) -> None:
    """It says so once, and sends its token only after the Worker has proved itself."""
    root = beside_px_dev.folder
    local = json.dumps({"url": server.url, "token": server.token, "project": "default"})
    (root / ".px" / "local.json").write_text(local)
    lock = os.open(root / ".px" / "dev.lock", os.O_WRONLY)
    dev_state.note(lock, dev_state.RESTARTING)
    server.seed({"A": "x"})

    child = beside_px_dev.terminal("secret", "list", "--local", dimensions=(24, 200))
    child.expect_exact("The Worker of px dev is restarting; px waits for it, up to 30 s")
    assert server.calls == []
    dev_state.note(lock, dev_state.RUNNING)
    os.close(lock)
    child.expect(EOF)
    child.close()

    assert child.exitstatus == 0, child.before
    assert "A" in child.before
    assert "px waits" not in child.before


def test_a_command_waits_for_the_first_start_of_px_dev(
    beside_px_dev: Px, server: TestDevServer
) -> None:
    """When there is no address and no token of the local Worker yet."""
    private = beside_px_dev.folder / ".px"
    (private / "local.json").unlink()
    lock = os.open(private / "dev.lock", os.O_WRONLY)
    dev_state.note(lock, dev_state.STARTING)
    server.seed({"A": "x"})

    child = beside_px_dev.terminal("secret", "list", "--local", dimensions=(24, 200))
    child.expect_exact("The Worker of px dev is still starting; px waits for it, up to 30 s")
    local = json.dumps({"url": server.url, "token": server.token, "project": "default"})
    owner_only.create(private / "local.json", local.encode())
    dev_state.note(lock, dev_state.RUNNING)
    os.close(lock)
    child.expect(EOF)
    child.close()

    assert child.exitstatus == 0, child.before


@pytest.mark.parametrize("line", WRITES)
def test_a_change_elsewhere_is_refused_without_a_terminal(
    beside_px_dev: Px, server: TestDevServer, line: str
) -> None:
    """It names both ways on, and nothing is sent; --remote or --url says that it is meant."""
    server.seed({"A": "x"})
    before = len(server.calls)
    refused = beside_px_dev.run(*line.split(), "--json")
    found = json.loads(refused.stderr)

    assert (refused.returncode, found["code"], len(server.calls)) == (2, "elsewhere", before)
    assert f"{server.url}, its default project; nothing was sent" in found["error"]
    assert "--local" in found["hint"]
    assert "--remote" in found["hint"]
    assert beside_px_dev.run(*line.split(), "--remote").returncode == 0


def test_an_address_that_is_typed_is_meant(beside_px_dev: Px, server: TestDevServer) -> None:
    """`--url` needs no `--remote`."""
    done = beside_px_dev.run("secret", "create", "A", "--value", "x", "--url", server.url)

    assert done.returncode == 0, done.stderr


def test_a_read_elsewhere_asks_nothing(beside_px_dev: Px) -> None:
    """Only changes do."""
    assert beside_px_dev.run("secret", "list").returncode == 0


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_a_change_elsewhere_asks_on_a_terminal(
    beside_px_dev: Px, server: TestDevServer, answer: str, code: int
) -> None:
    """Once, before anything is sent, and with the server and the project in the question."""
    child = beside_px_dev.terminal("secret", "create", "A", "--value", "x", dimensions=(24, 200))
    child.expect_exact(f"Go on at {server.url}, its default project? [y/N]: ")
    child.sendline(answer)
    child.expect(EOF)
    child.close()

    assert (child.exitstatus, server.values()) == (code, {"A": "x"} if code == 0 else {})


def test_a_question_of_the_command_is_the_only_one(
    beside_px_dev: Px, server: TestDevServer
) -> None:
    """It names the server too, so px asks no second time."""
    server.seed({"A": "x"})
    child = beside_px_dev.terminal("secret", "delete", "A", dimensions=(24, 200))
    child.expect_exact("px dev is running in this folder, but this goes elsewhere.")
    child.expect_exact("? [y/N]: ")
    child.sendline("y")
    child.expect(EOF)

    assert "[y/N]" not in child.before
    assert server.values() == {}


def test_after_px_dev_nothing_is_asked(px: Px) -> None:
    """What it left behind is no running Worker."""
    private = owner_only.make_folder(px.folder / ".px")
    (px.folder / "wrangler.toml").touch()
    with owner_only.locked(private / "dev.lock"):
        pass

    assert px.run("secret", "create", "A", "--value", "x").returncode == 0


READS = ("secret list", "secret exists A", "secret require A", "audit", "secret delete A --yes")


@pytest.mark.parametrize("line", READS)
def test_a_project_that_was_never_written_to_is_an_error(
    px: Px, server: TestDevServer, line: str
) -> None:
    """With the nearest name, also where a command would only change what is there."""
    px.run("secret", "create", "A", "--value", "x", "--project", "staging")

    done = px.run(*line.split(), "--project", "stagin")

    assert done.returncode == 1
    assert done.stderr.startswith(
        f"error: no project `stagin` at {server.url}; did you mean `staging`?\nhint: "
    )
    assert px.run("project", "list").stdout == "staging\n"


def test_without_a_near_name_nothing_is_suggested(px: Px, server: TestDevServer) -> None:
    """The hint says where the names are."""
    found = json.loads(px.run("secret", "list", "--project", "zebra", "--json").stderr)

    assert found["error"] == f"no project `zebra` at {server.url}"
    assert found["code"] == "no_project"
    assert "px project list" in found["hint"]


def test_a_token_that_may_not_list_projects_learns_no_name(px: Px) -> None:
    """The server's refusal is all that it sees."""
    px.run("secret", "create", "A", "--value", "x", "--project", "staging")
    token = px.run("token", "create", "t", "--role", "admin", "--project", "staging").stdout

    done = px.run("secret", "list", "--project", "stagin", environment={"PX_TOKEN": token.strip()})

    assert done.returncode == 4
    assert "did you mean" not in done.stderr


@pytest.fixture
def remote(px: Px, server: TestDevServer) -> Iterator[Client]:
    """As root, for the project `stagin`; the address counts as one on another machine."""
    px.run("secret", "create", "A", "--value", "x", "--project", "staging")
    here = make_target(server.url, server.token, project=parse_project("stagin"))
    with Client(here) as client:
        assert client.transport  # connects to where the server is
        client.target = replace(here, address=here.address._replace(scheme="https"))
        yield client


def test_without_a_terminal_no_project_is_created_by_a_slip(remote: Client) -> None:
    """It needs --create-project, which asks nothing."""
    with pytest.raises(Refused, match="did you mean `staging`") as caught:
        agree_to_create(remote, agreed=False)

    assert caught.value.code == "no_project"
    assert "--create-project" in caught.value.hint
    agree_to_create(remote, agreed=True)


def test_the_local_worker_creates_a_project_without_a_question(px: Px) -> None:
    """A slip there costs nothing."""
    assert px.run("secret", "create", "A", "--value", "x", "--project", "new").returncode == 0
    assert px.run("project", "list").stdout == "new\n"
