"""`px doctor --target`: what is wrong with a target, and where its credential would come from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from positronic.errors import TargetRefused
from positronic.names import Name, TargetName, parse_value
from positronic.ports import AtTarget
from positronic.targets.memory import AtProvider, MemoryTarget
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px
from support.schemas import conforms
from support.target_pushes import configure, push, serving

OPENED: Final = {"TARGET_FLY_API_TOKEN": CANARY}


@dataclass(slots=True)
class Refusing(MemoryTarget):
    """A provider that can say no. `says`: to whoever looks."""

    says: list[str] = field(default_factory=list)

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        if self.says:
            raise TargetRefused(self.says[0])
        return await MemoryTarget.look(self, names)


@pytest.fixture(scope="module")
def providers() -> dict[TargetName, Refusing]:
    return {}


@pytest.fixture(scope="module")
def running(providers: dict[TargetName, Refusing]) -> Iterator[TestDevServer]:
    with serving(providers, Refusing) as started:
        yield started


@pytest.fixture
def server(running: TestDevServer, providers: dict[TargetName, Refusing]) -> TestDevServer:
    configure(running, OPENED)
    providers.clear()
    running.seed({"A": "one", "B": "two"})
    return running


@pytest.fixture
def fly(providers: dict[TargetName, Refusing]) -> Refusing:
    return providers.setdefault(TargetName("fly"), Refusing())


@pytest.fixture
def pushed(px: Px, server: TestDevServer, fly: Refusing) -> Refusing:
    """Fly has A and B."""
    assert px.run("target", "add", "fly", "--secret", "A", "--secret", "B").returncode == 0
    push(server)
    return fly


def doctor(
    px: Px, *words: str, environment: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Its exit code and what it found, by check."""
    done = px.run("doctor", "--target", *words, "--json", environment=environment)
    assert CANARY not in done.stdout + done.stderr
    document = json.loads(done.stdout)
    conforms("doctor", document)
    return done.returncode, {one["check"]: one for one in document["checks"]}


def test_one_in_order(px: Px, pushed: Refusing) -> None:
    """Nothing to fix; where its credential would come from is told by names alone."""
    code, found = doctor(px, "fly", environment={"FLY_API_TOKEN": CANARY})

    assert code == 0
    assert [*found] == [
        *("address", "token", "project", "server", "clock"),
        *("target", "settings", "credential", "drift", "reading"),
    ]
    assert found["target"]["message"] == "fly, fly: on, 2 ok, 0 due, 0 refused"
    assert found["settings"]["message"] == "fly: the Worker has TARGET_FLY_API_TOKEN"
    taken = "fly: `px target credential` would take FLY_API_TOKEN from the environment"
    assert found["credential"]["message"] == taken
    assert found["drift"]["message"] == "fly: 2 as they have to be"
    assert (found["reading"]["status"], "never" in found["reading"]["message"]) == ("skip", True)


def test_all_of_them(px: Px, pushed: Refusing) -> None:
    """By name; one that is off and lacks its settings is a warning, and nothing is asked there."""
    done = px.run("doctor", "--target")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    aws = {line[1]: line for line in lines if line[2].startswith("prod-aws")}

    assert done.returncode == 0
    assert [line[1] for line in lines].count("target") == 2
    on = "`px target add prod-aws --secret NAME` switches it on"
    opens = "`px target credential prod-aws`; with px serve: target-credentials of the data folder"
    assert (aws["target"][0], aws["target"][3]) == ("skip", on)
    assert (aws["settings"][0], aws["settings"][3]) == ("warn", opens)
    assert "TARGET_PROD_AWS_ACCESS_KEY_ID, TARGET_PROD_AWS_SECRET_ACCESS_KEY" in aws["settings"][2]
    assert aws["drift"][0] == "skip"


def test_a_lost_setting_of_one_that_is_on(px: Px, server: TestDevServer, pushed: Refusing) -> None:
    """That does not work: exit code 1."""
    server.configure(target_credentials="{}")
    code, found = doctor(px, "fly")

    assert (code, found["settings"]["status"]) == (1, "fail")
    assert found["settings"]["message"] == "fly: the Worker lacks TARGET_FLY_API_TOKEN"


def test_drift(px: Px, pushed: Refusing) -> None:
    """With the names, and what `px target check` calls each."""
    del pushed.kept[Name("A")]
    pushed.kept[Name("B")] = AtProvider(parse_value("theirs"), 7, is_ours=False)
    code, found = doctor(px, "fly")

    assert (code, found["drift"]["status"]) == (1, "fail")
    message = "fly: 0 as they have to be, 2 not: A (missing), B (foreign)"
    assert found["drift"]["message"] == message


def test_what_the_provider_refuses(px: Px, pushed: Refusing) -> None:
    """Its sentence says what the role lacks."""
    pushed.says.append("AWS does not allow DescribeSecret")
    code, found = doctor(px, "fly")

    assert (code, found["drift"]["status"]) == (1, "fail")
    assert "AWS does not allow DescribeSecret" in found["drift"]["message"]


def test_a_reader_sees_the_list_alone(px: Px, pushed: Refusing) -> None:
    """The check is an admin's: it is skipped, which is no failure."""
    token = px.run("token", "create", "ci", "--role", "reader").stdout.strip()
    code, found = doctor(px, "fly", environment={"PX_TOKEN": token})

    assert (code, found["target"]["status"], found["drift"]["status"]) == (0, "ok", "skip")
    assert found["drift"]["message"] == "fly: unknown: this needs the role admin"


def test_one_that_there_is_not(px: Px, server: TestDevServer) -> None:
    """A name that nobody configured; a name without --target is wrong usage."""
    code, found = doctor(px, "other")

    assert (code, found["target"]["message"]) == (1, "there is no target other")
    assert px.run("doctor", "fly").returncode == 2
    assert px.run("doctor", "--target", CANARY.upper()).returncode == 2


def test_one_that_the_worker_does_not_have_yet(px: Px, server: TestDevServer) -> None:
    """It is in wrangler.toml, and not deployed; the file names the Worker that is asked."""
    (px.folder / "wrangler.toml").write_text(
        'name = "shop"\nmain = "worker/entry.py"\ncompatibility_date = "2026-11-01"\n'
        '[vars.TARGETS.new]\ntype = "fly"\napp = "new"\n'
    )
    _deploy_file(px.folder, f"PX_URL={server.url}\nPX_TOKEN={server.token}\nPX_WORKER=shop\n")
    code, found = doctor(Px(px.folder), "new")

    assert code == 1
    assert "new is in the project's configuration" in found["target"]["message"]
    assert "`px deploy`" in found["target"]["hint"]


def test_a_file_that_others_can_read(px: Px, pushed: Refusing) -> None:
    """px would take nothing from it."""
    file = _deploy_file(px.folder, f"FLY_API_TOKEN={CANARY}\n")
    _, found = doctor(px, "fly")
    assert "FLY_API_TOKEN from .env.deploy" in found["credential"]["message"]
    file.chmod(0o644)
    code, found = doctor(px, "fly")

    assert (code, found["credential"]["status"]) == (1, "fail")
    assert found["credential"]["hint"] == "chmod 600 .env.deploy"


def _deploy_file(folder: Path, text: str) -> Path:
    file = folder / ".env.deploy"
    file.write_text(text)
    file.chmod(0o600)
    return file
