"""docs/incidents.md: each of its commands is run, against a deployed Worker in workerd."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import httpx
import pytest

from positronic.access.tokens import parse
from px.project.workspace import Workspace
from support.source import ROOT
from worker.deploying import PASSPHRASE, Deploying, deploying

PAGE: Final = (ROOT / "docs" / "incidents.md").read_text()
NAME: Final = "OPENAI_API_KEY"
APP: Final = "their-app"
# What a person answers when px asks, as options and on stdin.
ANSWERS: Final = {
    "token revoke": (("--yes",), b""),
    "grant remove": (("--yes",), b""),
    "secret destroy": (("--yes",), b""),
    "secret create": (("--stdin",), b"a new value"),
    "key rotate": (("--passphrase-stdin",), PASSPHRASE.encode()),
    "deploy": (("--no-checks",), b""),
}
Incident = Callable[["Stage"], None]


def sections() -> dict[str, list[list[str]]]:
    """The commands under each heading that has some, as words after `px`."""
    found: dict[str, list[list[str]]] = {}
    for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"```console\n(.*?)```", part, re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        words = [shlex.split(line.removeprefix("$ px "), comments=True) for line in lines]
        if words:
            found[part.partition("\n")[0]] = words
    return found


SECTIONS: Final = sections()


class Stage:
    """A deployed Worker, and its owner's folder."""

    def __init__(self, world: Deploying) -> None:
        self.world = world

    def px(self, *words: str, stdin: bytes = b"", token: str = "") -> str:
        """Its stdout; with a token of somebody's instead of the folder's."""
        own = {"PX_URL": self.world.edge.url, "PX_TOKEN": token} if token else {}
        px = replace(self.world.px, seconds=240)
        done: subprocess.CompletedProcess[str] = px.run(*words, stdin=stdin, environment=own)
        assert done.returncode == 0, f"px {' '.join(words)}: {done.stderr}"
        return done.stdout

    def follow(self, title: str) -> list[str]:
        """Every command under the heading; what each printed."""
        return [self._answered(words) for words in SECTIONS[title]]

    def _answered(self, words: list[str]) -> str:
        known = next((one for one in ANSWERS if words[: len(one.split())] == one.split()), "")
        options, stdin = ANSWERS.get(known, ((), b""))
        return self.px(*words, *options, stdin=stdin)

    def issue(self, name: str, role: str, by: str = "") -> str:
        return self.px("token", "create", name, "--role", role, token=by).strip()

    def grant(self, by: str) -> None:
        """As somebody with this token lets an app of theirs read."""
        self.px("grant", "add", APP, "--read", NAME, token=by)
        assert [one["as"] for one in self.listed("grants", "grant", "list")] == [APP]

    def ended_the_grant(self, by: str, printed: list[str]) -> bool:
        """Whether the log named who made it, and the list its app, before it was removed."""
        made, listed, _ = printed
        newest = made.splitlines()[0]
        is_shown = by in newest and NAME in newest and APP in listed
        return is_shown and not self.listed("grants", "grant", "list")

    def status(self, token: str) -> int:
        """Of a call that every role but a runner may make."""
        url = f"{self.world.edge.url}/secrets/{NAME}/exists"
        with httpx.Client(trust_env=False, timeout=60) as client:
            return client.get(url, headers={"Authorization": f"Bearer {token}"}).status_code

    def listed(self, key: str, *words: str) -> list[dict[str, Any]]:
        """The items under this key of what px prints with --json."""
        found: list[dict[str, Any]] = json.loads(self.px(*words, "--json"))[key]
        return found


@pytest.fixture(scope="module")
def stage(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with deploying(project, tmp_path_factory.mktemp("incidents")) as world:
        found = Stage(world)
        words = ("deploy", "--passphrase-stdin", "--no-checks")
        found.px(*words, stdin=PASSPHRASE.encode())
        found.px("secret", "create", NAME, "--stdin", stdin=b"the first value")
        yield found


def first(stage: Stage) -> None:
    tokens, events, verdict = stage.follow("First")

    assert "px-deploy" in tokens
    assert "secret.put" in events
    assert verdict


def a_value(stage: Stage) -> None:
    stage.follow("A value")

    versions = stage.listed("versions", "secret", "history", NAME)
    assert [(one["version"], one["state"]) for one in versions] == [
        *((2, "current"), (1, "destroyed"))
    ]


def a_token(stage: Stage) -> None:
    stolen = stage.issue("ci", "admin")
    thiefs, others = stage.issue("mine", "reader", by=stolen), stage.issue("bob", "reader")
    stage.grant(by=stolen)

    _, did, *grants, created = stage.follow("A token")

    assert stage.ended_the_grant("ci", grants)
    assert [stage.status(one) for one in (stolen, thiefs, others)] == [401, 401, 200]
    assert "token.create" in did
    assert stage.status(created.strip()) == 200


def the_admin_token(stage: Stage) -> None:
    stolen = stage.world.settings()["PX_TOKEN"]
    thiefs = stage.issue("mine", "admin", by=stolen)
    stage.grant(by=thiefs)

    _, _, *grants = stage.follow("The admin token")

    assert stage.ended_the_grant("mine", grants)
    fresh = stage.world.settings()["PX_TOKEN"]
    assert [stage.status(one) for one in (stolen, thiefs, fresh)] == [401, 401, 200]


def the_root_token(stage: Stage) -> None:
    stolen = stage.world.root_token()
    thiefs = stage.issue("thief", "admin", by=stolen)
    stage.grant(by=stolen)

    _, projects, tokens, did, *grants = stage.follow("The root token")

    assert stage.ended_the_grant("root", grants)
    assert [stage.status(one) for one in (stolen, stage.world.root_token())] == [401, 200]
    assert "default" in projects
    assert "root.replace" in did
    [line] = [line for line in tokens.splitlines() if "\tthief\t" in line]
    stage.px("token", "revoke", line.partition("\t")[0], "--yes")
    assert stage.status(thiefs) == 401


def a_master_key(stage: Stage) -> None:
    stolen = stage.world.worker.secrets["MASTER_KEYS"]

    _, keys, names = stage.follow("A master key")

    assert stolen.partition(":")[0] not in keys
    assert stolen not in stage.world.worker.secrets.values()
    assert NAME in names
    assert stage.px("secret", "exists", NAME)


def id_of(token: str) -> str:
    parsed = parse(token)
    assert parsed
    return parsed.id


def somebody_left(stage: Stage) -> None:
    tokens = [stage.issue("alice", "admin"), stage.issue("alice", "writer")]
    tokens.append(stage.issue("laptop", "reader", by=tokens[0]))
    others = stage.issue("bob", "reader")
    theirs = {id_of(one) for one in tokens}
    stage.grant(by=tokens[0])
    before = {one["id"] for one in stage.listed("tokens", "token", "list")}

    _, did, *grants = stage.follow("Somebody left")

    assert stage.ended_the_grant("alice", grants)
    assert [stage.status(one) for one in (*tokens, others)] == [401, 401, 401, 200]
    after = {one["id"] for one in stage.listed("tokens", "token", "list")}
    assert before - after == theirs
    assert "token.create" in did


def secrets_that_were_deleted(stage: Stage) -> None:
    stage.px("secret", "delete", NAME, "--yes")

    deleted, _, did, _ = stage.follow("Secrets that were deleted")

    assert NAME in deleted
    assert "secret.delete" in did
    assert stage.px("secret", "exists", NAME)


INCIDENTS: Final[dict[str, Incident]] = {
    "First": first,
    "A value": a_value,
    "A token": a_token,
    "The admin token": the_admin_token,
    "The root token": the_root_token,
    "A master key": a_master_key,
    "Somebody left": somebody_left,
    "Secrets that were deleted": secrets_that_were_deleted,
}


@pytest.mark.parametrize("title", SECTIONS)
def test_the_commands_of_an_incident_end_it(stage: Stage, title: str) -> None:
    """Each one under the heading, in order, does what the page says."""
    INCIDENTS[title](stage)


def test_no_command_is_left_out() -> None:
    """Every line of a block is a command of px, and is under a heading that is tried."""
    blocks = re.findall(r"```\w*\n(.*?)```", PAGE, re.DOTALL)
    lines = "".join(blocks).splitlines()

    assert all(line.startswith("$ px ") for line in lines)
    assert sum(map(len, SECTIONS.values())) == len(lines)
    assert set(SECTIONS) == set(INCIDENTS)
