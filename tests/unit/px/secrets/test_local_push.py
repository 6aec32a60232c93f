"""What `px dev` pushes of .env.secrets: what changed since it did so last."""

from __future__ import annotations

import hmac
import json
import os
from datetime import date
from typing import Any

import pytest

from positronic.names import parse_name, parse_value
from px.api.secrets import Secrets
from px.errors import ServerFailed, Usage
from px.project import dev_vars
from px.project.errors import LocalError
from px.project.local_state import LocalState
from px.project.master_key import make
from px.project.workspace import Workspace
from px.secrets import local_push
from px.secrets.import_secrets import write
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
        self.project.config.write_text(f'[vars]\nPROJECT = "{project}"\n')
        state = LocalState(self.server.url, self.server.token, "as px dev was started")
        return push_changed(self.project, state, [])

    def change_elsewhere(self, name: str, value: str) -> None:
        self.secrets.create(parse_name(name), parse_value(value))

    def versions(self) -> dict[str, int | None]:
        return {one.name: one.version for one in self.secrets.list()}

    def lines(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.memory)["projects"]["default"]

    @property
    def memory(self) -> str:
        return self.project.own("pushed.json").read_text()


@pytest.fixture
def local(project: Workspace, server: TestDevServer, secrets: Secrets) -> Local:
    return Local(project, server, secrets)


def test_only_what_changed_is_written(local: Local) -> None:
    """A save makes a version of the changed secret alone; without a change, nothing is sent."""
    assert local.push(f"A={VALUE}\nB='two\nlines'\n") == Pushed(2, 2, [], [])
    assert local.push() == Pushed(0, 2, [], [])
    assert {call.method for call in local.server.calls} == {"GET"}
    assert local.push(f"A={VALUE}\nB=other\nC=new\n") == Pushed(2, 3, [], [])

    assert local.server.values() == {"A": VALUE, "B": "other", "C": "new"}
    assert local.versions() == {"A": 1, "B": 2, "C": 1}


def test_what_was_changed_elsewhere_is_left_and_said_once(local: Local) -> None:
    """Until its line changes."""
    local.push("A=one\nB=two\n")
    local.change_elsewhere("A", "elsewhere")

    assert local.push("A=one\nB=2\n") == Pushed(1, 2, ["A"], [])
    assert local.push("A=one\nB=3\n") == Pushed(1, 2, [], [])
    assert local.server.values() == {"A": "elsewhere", "B": "3"}
    assert local.push("A=1\nB=3\n") == Pushed(1, 2, [], [])
    assert local.server.values() == {"A": "1", "B": "3"}


def test_what_is_not_there_is_made_again(local: Local) -> None:
    """Deleted, or the whole local KV is new."""
    local.push("A=one\nB=two\n")
    local.secrets.delete("A")

    assert local.push() == Pushed(1, 2, [], [])
    assert local.server.values() == {"A": "one", "B": "two"}
    local.server.reset()
    assert local.push() == Pushed(2, 2, [], [])


@pytest.mark.parametrize("meanwhile", ["", "# nothing\n", "B=two\n"])
def test_a_line_that_is_away_for_a_while_is_remembered(local: Local, meanwhile: str) -> None:
    """As in a file that a program empties first, and writes later."""
    local.push("A=one\nB=two\n")
    local.change_elsewhere("A", "elsewhere")
    local.push(meanwhile)

    assert local.push("A=one\nB=two\n") == Pushed(0, 2, ["A"], [])
    assert local.server.values() == {"A": "elsewhere", "B": "two"}


def test_a_line_that_is_away_like_its_secret_is_forgotten(local: Local) -> None:
    """Nothing is kept of a value that is nowhere any more."""
    local.push("A=one\nB=two\n")
    local.secrets.delete("A")
    local.push("B=two\n")

    assert "A" not in local.lines()
    assert local.push("A=one\nB=two\n") == Pushed(1, 2, [], [])


def test_a_file_of_nothing_is_not_pushed(local: Local) -> None:
    pushed = local.push("# nothing\n")

    assert pushed == Pushed(0, 0, [], [])
    assert list(sentences("F", pushed)) == ["F has no secrets"]


def test_what_is_replaced_although_it_was_changed_elsewhere_is_said(local: Local) -> None:
    local.push("A=one\nB=two\n")
    local.change_elsewhere("A", "elsewhere")

    assert local.push("A=1\nB=two\n") == Pushed(1, 2, [], ["A"])
    assert local.push("A=2\nB=two\n") == Pushed(1, 2, [], [])


def test_the_memory_outlives_a_rotation(local: Local) -> None:
    """It is pushed again when there is a new key, and when the old one is gone."""
    local.push("A=one\nB=two\n")
    local.change_elsewhere("A", "elsewhere")
    local.push()
    old = dev_vars.read_keys(local.project)
    new = make(date(2026, 11, 29), os.urandom).entry
    dev_vars.write_keys(local.project, [new, *old])
    assert local.push() == Pushed(0, 2, [], [])
    dev_vars.write_keys(local.project, [new])

    assert local.push() == Pushed(0, 2, [], [])
    assert local.server.values() == {"A": "elsewhere", "B": "two"}


def test_without_keys_nothing_is_pushed(local: Local) -> None:
    """What was pushed cannot be told: it is refused, with what to do."""
    local.project.dev_vars.unlink()

    with pytest.raises(LocalError, match=r"there is no \.dev\.vars"):
        local.push("A=one\n")

    assert local.server.values() == {}


def test_a_push_that_failed_is_forgotten(local: Local) -> None:
    """Otherwise a line that is put back would be taken for one that was not pushed since."""
    local.push("A=one\n")
    local.server.fail_commits_after(1)
    many = "".join(f"N{number}=x\n" for number in range(150))
    with pytest.raises(ServerFailed):
        local.push(f"A=wrong\n{many}")
    local.server.fail_commits_after(None)
    assert local.server.values()["A"] == "wrong"

    assert local.push("A=one\n") == Pushed(1, 1, [], [])
    assert local.server.values()["A"] == "one"


def test_a_push_that_failed_leaves_what_is_to_be_said(local: Local) -> None:
    """The next one says it."""
    local.push("A=one\nB=two\n")
    local.change_elsewhere("A", "elsewhere")
    local.server.fail_commits_after(0)
    with pytest.raises(ServerFailed):
        local.push("A=one\nB=2\n")
    local.server.fail_commits_after(None)

    assert local.push() == Pushed(1, 2, ["A"], [])


def test_a_change_while_px_pushes_is_said_next_time(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what was pushed as of the rest."""
    local.push("A=one\nB=two\n")

    def write_and_change(*arguments: Any) -> None:  # noqa: ANN401 - any
        write(*arguments)
        local.change_elsewhere("A", "elsewhere")
        local.change_elsewhere("B", "elsewhere")

    with monkeypatch.context() as patch:
        patch.setattr(local_push, "write", write_and_change)
        local.push("A=one\nB=2\n")

    assert local.push() == Pushed(0, 2, ["A", "B"], [])


def test_a_wrong_line_sends_nothing_and_forgets_nothing(local: Local) -> None:
    local.push("A=one\nB=two\n")
    with pytest.raises(Usage) as caught:
        local.push("A=1\nB\n")

    assert [detail.line for detail in caught.value.details] == [2]
    assert local.server.calls == []
    assert local.push("A=one\nB=two\n") == Pushed(0, 2, [], [])


def test_another_project_of_the_same_worker_gets_all(local: Local) -> None:
    """Its secrets' versions are others; what was pushed into the first is still known."""
    local.push("A=one\n", project="default")
    local.secrets.delete("A")
    local.change_elsewhere("A", "elsewhere")

    assert local.push(project="second") == Pushed(1, 1, [], [])
    local.change_elsewhere("A", "elsewhere")
    assert local.push(project="default") == Pushed(0, 1, ["A"], [])
    assert local.server.values("second") == {"A": "one"}
    assert local.server.values("default") == {"A": "elsewhere"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"projects": 1}', '{"projects": []}', "[" * 100_000, "\0", "1e999"]
)
def test_a_memory_that_is_broken_is_none(local: Local, text: str) -> None:
    local.push("A=one\n")
    local.project.own("pushed.json").write_text(text)

    assert local.push() == Pushed(1, 1, [], [])


@pytest.mark.parametrize(
    "lines",
    [
        {"A": 1},
        {"A": ["x"]},
        {"A": [[], {}]},
        {"A": ["x", 1, 2]},
        {"A": ["x", True]},
        {"A": ["\u00e9", 1]},
        {"A": ["\ud800", 1]},
        [],
        "A",
    ],
    ids=repr,
)
def test_lines_that_are_no_lines(local: Local, lines: object) -> None:
    """As somebody may have written into the file."""
    local.push("A=one\n")
    local.project.own("pushed.json").write_text(json.dumps({"projects": {"default": lines}}))

    assert local.push() == Pushed(1, 1, [], [])


def test_the_memory_tells_nothing_of_a_value(local: Local) -> None:
    """Only its owner can read it, and whoever guesses a value needs the master key too."""
    local.push(f"A={VALUE}\nB={VALUE}\n")
    first = local.lines()
    path = local.project.own("pushed.json")
    [entry] = dev_vars.read_keys(local.project)
    key = hmac.digest(entry.encode(), b"px dev: hashes of pushed values", "sha256")

    assert path.stat().st_mode & 0o777 == 0o600
    assert first == {
        name: [hmac.digest(key, f"{name}\0{VALUE}".encode(), "sha256").hex(), 1] for name in "AB"
    }
    assert VALUE not in local.memory


def test_another_users_memory_is_not_believed(local: Local) -> None:
    local.push("A=one\n")
    path = local.project.own("pushed.json")
    path.chmod(0o666)

    assert local.push() == Pushed(1, 1, [], [])
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("pushed", "told"),
    [
        (Pushed(2, 2, [], []), ["Pushed F"]),
        (Pushed(1, 2000, [], []), ["Pushed F: 1 of 2,000 secrets had changed"]),
        (Pushed(0, 2, [], []), ["No secret of F had changed"]),
        (
            Pushed(0, 2, ["A", "B"], []),
            [
                "No secret of F had changed",
                "Warning: changed elsewhere since F was pushed, and left so until its line "
                "changes: A, B",
            ],
        ),
        (
            Pushed(2, 2, [], ["A", "B"]),
            [
                "Pushed F",
                "Warning: changed elsewhere since F was pushed, and replaced now, as "
                "`px secret history NAME` shows: A, B",
            ],
        ),
    ],
)
def test_what_is_said(pushed: Pushed, told: list[str]) -> None:
    assert list(sentences("F", pushed)) == told
