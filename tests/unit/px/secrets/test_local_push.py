"""What `px dev` pushes of .env.secrets: what changed since it did so last."""

from __future__ import annotations

import hashlib
import json

import pytest

from positronic.names import parse_name, parse_value
from px.api.secrets import Secrets
from px.errors import ServerFailed, Usage
from px.project import dev_vars
from px.project.local_state import LocalState
from px.project.workspace import Workspace
from px.secrets.local_push import Pushed, push_changed, sentences
from px.testing.dev_server import TestDevServer

VALUE = "canary-of-a-value"


class Local:
    """A project beside a server that stands for its local Worker."""

    def __init__(self, project: Workspace, server: TestDevServer, secrets: Secrets) -> None:
        self.project, self.server, self.secrets = project, server, secrets
        dev_vars.prepare(project, server.url)

    def push(self, text: str | None = None, *, project: str = "default") -> Pushed:
        if text is not None:
            self.project.env_secrets.write_text(text)
            self.project.env_secrets.chmod(0o600)
        self.server.calls.clear()
        state = LocalState(self.server.url, self.server.token, project)
        return push_changed(self.project, state, [])

    def change_elsewhere(self, name: str, value: str) -> None:
        self.secrets.create(parse_name(name), parse_value(value))

    def versions(self) -> dict[str, int | None]:
        return {one.name: one.version for one in self.secrets.list()}

    @property
    def memory(self) -> str:
        return self.project.own("pushed.json").read_text()


@pytest.fixture
def local(project: Workspace, server: TestDevServer, secrets: Secrets) -> Local:
    return Local(project, server, secrets)


def test_only_what_changed_is_written(local: Local) -> None:
    """A save makes a version of the changed secret alone; without a change, nothing is sent."""
    assert local.push(f"A={VALUE}\nB='two\nlines'\n") == Pushed(2, 2, [])
    assert local.push() == Pushed(0, 2, [])
    assert {call.method for call in local.server.calls} == {"GET"}
    assert local.push(f"A={VALUE}\nB=other\nC=new\n") == Pushed(2, 3, [])

    assert local.server.values() == {"A": VALUE, "B": "other", "C": "new"}
    assert local.versions() == {"A": 1, "B": 2, "C": 1}


def test_what_was_changed_elsewhere_is_left_and_said_once(local: Local) -> None:
    """Until its line changes."""
    local.push("A=one\nB=two\n")
    local.change_elsewhere("A", "elsewhere")

    assert local.push("A=one\nB=2\n") == Pushed(1, 2, ["A"])
    assert local.push("A=one\nB=3\n") == Pushed(1, 2, [])
    assert local.server.values() == {"A": "elsewhere", "B": "3"}
    assert local.push("A=1\nB=3\n") == Pushed(1, 2, [])
    assert local.server.values() == {"A": "1", "B": "3"}


def test_what_is_not_there_is_made_again(local: Local) -> None:
    """Deleted, or the whole local KV is new."""
    local.push("A=one\nB=two\n")
    local.secrets.delete("A")

    assert local.push() == Pushed(1, 2, [])
    assert local.server.values() == {"A": "one", "B": "two"}
    local.server.reset()
    assert local.push() == Pushed(2, 2, [])


def test_a_line_that_comes_back_is_written(local: Local) -> None:
    """What px knew of it went with the line."""
    local.push("A=one\nB=two\n")
    local.push("B=two\n")
    local.change_elsewhere("A", "elsewhere")

    assert local.push("A=one\nB=two\n") == Pushed(1, 2, [])


def test_a_push_that_failed_is_forgotten(local: Local) -> None:
    """Otherwise a line that is put back would be taken for one that was not pushed since."""
    local.push("A=one\n")
    local.server.fail_commits_after(1)
    many = "".join(f"N{number}=x\n" for number in range(150))
    with pytest.raises(ServerFailed):
        local.push(f"A=wrong\n{many}")
    local.server.fail_commits_after(None)
    assert local.server.values()["A"] == "wrong"

    assert local.push("A=one\n") == Pushed(1, 1, [])
    assert local.server.values()["A"] == "one"


def test_a_wrong_line_sends_nothing_and_forgets_nothing(local: Local) -> None:
    local.push("A=one\nB=two\n")
    with pytest.raises(Usage) as caught:
        local.push("A=1\nB\n")

    assert [detail.line for detail in caught.value.details] == [2]
    assert local.server.calls == []
    assert local.push("A=one\nB=two\n") == Pushed(0, 2, [])


def test_another_project_of_the_same_worker_gets_all(local: Local) -> None:
    """Its secrets' versions are others."""
    local.push("A=one\n", project="first")

    assert local.push(project="second") == Pushed(1, 1, [])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"project": "default"}', '{"project": 1}'])
def test_a_memory_that_is_broken_is_none(local: Local, text: str) -> None:
    local.push("A=one\n")
    local.project.own("pushed.json").write_text(text)

    assert local.push() == Pushed(1, 1, [])


@pytest.mark.parametrize(
    "lines", [{"A": 1}, {"A": ["x"]}, {"A": [[], {}]}, {"A": ["x", "y", "z"]}, [], "A"], ids=repr
)
def test_lines_that_are_no_lines(local: Local, lines: object) -> None:
    """As somebody may have written into the file."""
    local.push("A=one\n")
    local.project.own("pushed.json").write_text(json.dumps({"project": "default", "lines": lines}))

    assert local.push() == Pushed(1, 1, [])


def test_the_memory_tells_nothing_of_a_value(local: Local) -> None:
    """Only its owner can read it, and whoever guesses a value needs the master key too."""
    local.push(f"A={VALUE}\nB={VALUE}\n")
    first = json.loads(local.memory)["lines"]
    path = local.project.own("pushed.json")

    assert path.stat().st_mode & 0o777 == 0o600
    assert VALUE not in local.memory
    assert hashlib.sha256(VALUE.encode()).hexdigest() not in local.memory
    assert first["A"] != first["B"]
    path.unlink()
    local.project.dev_vars.unlink()
    dev_vars.prepare(local.project, local.server.url)
    local.push()
    assert json.loads(local.memory)["lines"]["A"][0] != first["A"][0]


def test_another_users_memory_is_not_believed(local: Local) -> None:
    local.push("A=one\n")
    path = local.project.own("pushed.json")
    path.unlink()
    path.write_text("{}")
    path.chmod(0o666)

    with pytest.raises(Usage, match=r"pushed\.json"):
        local.push()


@pytest.mark.parametrize(
    ("pushed", "told"),
    [
        (Pushed(2, 2, []), ["Pushed F"]),
        (Pushed(1, 2000, []), ["Pushed F: 1 of 2,000 secrets had changed"]),
        (Pushed(0, 2, []), ["No secret of F had changed"]),
        (
            Pushed(0, 2, ["A", "B"]),
            [
                "No secret of F had changed",
                "Warning: changed elsewhere since F was pushed, and left so until its line "
                "changes: A, B",
            ],
        ),
    ],
)
def test_what_is_said(pushed: Pushed, told: list[str]) -> None:
    assert list(sentences("F", pushed)) == told
