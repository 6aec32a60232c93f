"""`px target add | list | check | sync | remove | credential`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from pexpect import EOF

from positronic.names import Name, TargetName, parse_value
from positronic.ports import AtTarget
from positronic.targets.memory import AtProvider, MemoryTarget
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px
from support.schemas import conforms
from support.target_pushes import TABLE, configure, push, serving

OPENED: Final = {"TARGET_FLY_API_TOKEN": "t"}
UNCONFIGURED: Final = [
    "other",
    "fly2",
    "aws",
    "vault",
    "prod",
    "a",
    "b-c",
    "prod-aws2",
    "f",
    "localhost",
]


@pytest.fixture(scope="module")
def providers() -> dict[TargetName, MemoryTarget]:
    return {}


@pytest.fixture(scope="module")
def running(providers: dict[TargetName, MemoryTarget]) -> Iterator[TestDevServer]:
    with serving(providers, MemoryTarget) as started:
        yield started


@pytest.fixture
def server(running: TestDevServer, providers: dict[TargetName, MemoryTarget]) -> TestDevServer:
    """Its provider is empty, and three secrets are stored."""
    configure(running, OPENED)
    providers.clear()
    running.seed({"A": "one", "B": "two", "SHOP_C": "three"})
    return running


@pytest.fixture
def fly(providers: dict[TargetName, MemoryTarget]) -> MemoryTarget:
    return providers.setdefault(TargetName("fly"), MemoryTarget())


def listed(px: Px) -> dict[str, dict[str, Any]]:
    document = json.loads(px.run("target", "list", "--json").stdout)
    conforms("target list", document)
    return {one["name"]: one for one in document["targets"]}


def there(fly: MemoryTarget) -> dict[str, str]:
    return {name: one.value.reveal() for name, one in fly.kept.items()}


def test_names_are_added(px: Px, server: TestDevServer, fly: MemoryTarget) -> None:
    """To those that it gets already; the answer says when Machines have them, and where."""
    first = px.run("target", "add", "fly", "--secret", "A")
    done = px.run("target", "add", "fly", "--secret", "B")
    push(server)

    assert (first.returncode, done.returncode, done.stdout) == (0, 0, "")
    assert "fly gets A, B\n" in done.stderr
    assert "Machines of the app get new values when they are updated\n" in done.stderr
    assert there(fly) == {"A": "one", "B": "two"}
    assert listed(px)["fly"]["counts"] == {"ok": 2, "due": 0, "refused": 0}


def test_a_selection_is_replaced_only_if_that_was_asked_for(
    px: Px, server: TestDevServer, fly: MemoryTarget
) -> None:
    """Names by a prefix, and back: what is no longer selected is removed there."""
    px.run("target", "add", "fly", "--secret", "A", "--secret", "B")
    push(server)
    refused = px.run("target", "add", "fly", "--prefix", "SHOP_")
    assert refused.returncode == 1
    assert listed(px)["fly"]["names"] == ["A", "B"]
    terminal = px.terminal("target", "add", "fly", "--prefix", "SHOP_", dimensions=(24, 200))
    place = f"{server.url}, its default project"
    terminal.expect_exact(
        f"fly gets A, B now, from {place}. Replace that, and remove the rest there?"
    )
    terminal.sendline("y")
    terminal.expect(EOF)
    push(server)
    assert there(fly) == {"SHOP_C": "three"}
    done = px.run("target", "add", "fly", "--secret", "A", "--yes", "--json")
    push(server)

    conforms("target add", json.loads(done.stdout))
    assert there(fly) == {"A": "one"}


def test_a_name_that_is_not_there_is_warned_of(px: Px, server: TestDevServer) -> None:
    """It may be mistyped; of one that is there, nothing is said."""
    done = px.run("target", "add", "fly", "--secret", "A", "--secret", "SHOP_CC")

    assert done.returncode == 0
    assert "warning: there is no secret SHOP_CC yet\n" in done.stderr
    assert "no secret A" not in done.stderr


def test_what_the_provider_cannot_take_is_named(px: Px, server: TestDevServer) -> None:
    """Before anything is sent, and without the value."""
    server.seed({"BRACES": f"{CANARY} {{{{x}}}}"})
    done = px.run("target", "add", "fly", "--secret", "A", "--secret", "BRACES")

    assert done.returncode == 1
    assert "fly cannot take BRACES; nothing was sent, and nothing changed" in done.stderr
    assert "the value of BRACES contains {{" in done.stderr
    assert CANARY not in done.stderr
    assert listed(px)["fly"]["state"] == "off"


@pytest.mark.parametrize("words", [[], ["--secret", "A", "--prefix", "A"]])
def test_either_names_or_a_prefix(px: Px, words: list[str]) -> None:
    """Nothing is sent without, or with both."""
    assert px.run("target", "add", "fly", *words).returncode == 2


def test_a_target_that_is_not_configured(
    px: Px, server: TestDevServer, providers: dict[TargetName, MemoryTarget]
) -> None:
    """Ten of them, also with the root token: each is refused, and no provider is made for one."""
    for name in UNCONFIGURED:
        for words in (
            ["add", name, "--secret", "A"],
            ["check", name],
            ["sync", name],
            ["remove", name, "--purge", "--yes"],
        ):
            done = px.run("target", *words)
            assert (done.returncode, "not in this Worker" in done.stderr) == (1, False), words
            assert f"there is no target {name}" in done.stderr
    for name in ("https://a.example", "A", "fly "):
        assert px.run("target", "add", name, "--secret", "A").returncode == 2
    assert providers.keys() <= TABLE.keys()


@pytest.mark.parametrize("role", ["admin", "root"])
def test_a_destination_that_is_not_configured(
    px: Px, server: TestDevServer, providers: dict[TargetName, MemoryTarget], role: str
) -> None:
    """By the API itself, and with an address in the request: nobody can bring one along."""
    made = px.run("token", "create", "boss", "--role", "admin")
    token = made.stdout.strip() if role == "admin" else px.environment["PX_TOKEN"]
    headers = {"Authorization": f"Bearer {token}", "X-Positronic-Project": "default"}
    selected = {"names": ["A"]}
    address = {"url": "https://a.example", "address": "https://a.example", "app": "theirs"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        for name in UNCONFIGURED:
            path = f"/targets/{name}"
            answers = [
                client.put(path, json=selected),
                client.post(f"{path}/sync"),
                client.get(f"{path}/check"),
                client.delete(path, params={"purge": "true"}),
            ]
            assert {one.status_code for one in answers} <= {404, 409}, name
        for field, text in address.items():
            refused = client.put("/targets/fly", json={**selected, field: text})
            assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
        assert client.get("/targets").json()["targets"][0]["state"] == "off"
    push(server)
    assert {name: dict(one.kept) for name, one in providers.items() if one.kept} == {}
    assert providers.keys() <= TABLE.keys()


def test_one_without_its_credential(px: Px) -> None:
    """It is listed with the setting that it needs, and cannot be switched on."""
    done = px.run("target", "add", "prod-aws", "--secret", "A")
    shown = px.run("target", "list")

    assert done.returncode == 5
    assert "TARGET_PROD_AWS_ACCESS_KEY_ID is not set" in done.stderr
    opens = "`px target credential prod-aws`; with px serve: target-credentials of the data folder"
    assert opens in shown.stderr
    assert listed(px)["prod-aws"]["missing"][0] == "TARGET_PROD_AWS_ACCESS_KEY_ID"


def test_list_in_a_pipe(px: Px, server: TestDevServer, fly: MemoryTarget) -> None:
    """Tabs between the fields; a problem is a warning, with its secret."""
    fly.kept[Name("A")] = AtProvider(parse_value("theirs"), 1, is_ours=False)
    px.run("target", "add", "fly", "--secret", "A", "--secret", "B")
    push(server)
    done = px.run("target", "list")

    assert done.stdout.splitlines()[0] == "fly\tfly\ton\tA,B\t1\t0\t1"
    warning = "fly does not have the newest A: A is there already, and is not ours"
    assert warning in done.stderr


def test_check_and_sync(px: Px, server: TestDevServer, fly: MemoryTarget) -> None:
    """Drift is exit code 1, with the names; what is ours comes back with a sync."""
    px.run("target", "add", "fly", "--secret", "A", "--secret", "B")
    push(server)
    assert px.run("target", "check", "fly").returncode == 0
    del fly.kept[Name("A")]
    done = px.run("target", "check", "fly")
    told = px.run("target", "check", "fly", "--json")
    synced = px.run("target", "sync", "fly", "--json")
    push(server)

    assert (done.returncode, done.stdout) == (1, "A\tmissing\n")
    assert "fly: 1 as they have to be, 1 not" in done.stderr
    conforms("target check", json.loads(told.stdout))
    conforms("target sync", json.loads(synced.stdout))
    assert px.run("target", "check", "fly").returncode == 0


def test_a_check_asks_for_few_names_at_once(
    px: Px, server: TestDevServer, fly: MemoryTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer than the 50 requests that a Worker of the free plan may make; and for all of them."""
    names = {f"MANY_{number:02}": "x" for number in range(41)}
    server.seed(names)
    px.run("target", "add", "fly", "--prefix", "MANY_")
    while len(fly.kept) < len(names):
        push(server)
    asked, look = [], MemoryTarget.look

    async def noted(self: MemoryTarget, some: Collection[Name]) -> Mapping[Name, AtTarget]:
        asked.append(sorted(some))
        return await look(self, some)

    monkeypatch.setattr(MemoryTarget, "look", noted)
    done = px.run("target", "check", "fly")

    assert (done.returncode, "fly: 41 as they have to be" in done.stderr) == (0, True)
    assert max(map(len, asked)) <= 40
    assert sorted(name for some in asked for name in some) == sorted(names)


def test_remove(px: Px, server: TestDevServer, fly: MemoryTarget) -> None:
    """It asks; the copies stay, or with --purge go, but nobody else's."""
    px.run("target", "add", "fly", "--secret", "A")
    push(server)
    fly.kept[Name("B")] = AtProvider(parse_value("theirs"), 1, is_ours=False)
    assert px.run("target", "remove", "fly").returncode == 1
    done = px.run("target", "remove", "fly", "--yes", "--json")
    push(server)
    conforms("target remove", json.loads(done.stdout))
    assert there(fly) == {"A": "one", "B": "theirs"}
    px.run("target", "add", "fly", "--secret", "A")
    assert px.run("target", "rm", "fly", "--purge", "--yes").returncode == 0
    push(server)

    assert there(fly) == {"B": "theirs"}
    assert listed(px)["fly"]["state"] == "off"


def test_a_writer_switches_nothing_on(px: Px) -> None:
    """It may look at the list alone."""
    token = px.run("token", "create", "ci", "--role", "writer").stdout.strip()
    own = {"PX_TOKEN": token}

    for words in (
        ["add", "fly", "--secret", "A"],
        ["sync", "fly"],
        ["check", "fly"],
        ["remove", "fly", "--yes"],
    ):
        assert px.run("target", *words, environment=own).returncode == 4
    assert px.run("target", "list", environment=own).returncode == 0


@pytest.fixture
def project(px: Px) -> Path:
    """A folder with a configuration, and what `px dev` writes."""
    (px.folder / "wrangler.toml").write_text(
        'name = "shop"\nmain = "worker/entry.py"\ncompatibility_date = "2026-11-01"\n'
        '[vars.TARGETS.fly]\ntype = "fly"\napp = "shop"\n'
        '[vars.TARGETS.neighbour]\ntype = "worker-secrets"\nscript = "other"\n'
        f'account = "{"a" * 32}"\n'
        '[vars.TARGETS.prod-aws]\ntype = "aws-secrets-manager"\nregion = "eu-central-1"\n'
    )
    vars_ = px.folder / ".dev.vars"
    vars_.write_text('# mine\nTARGET_PROD_AWS_SESSION_TOKEN="old"\n')
    vars_.chmod(0o600)
    return vars_


def test_a_credential_for_the_local_worker(px: Px, project: Path) -> None:
    """It goes into .dev.vars, under the target's name, and is not shown; an old session's goes."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": CANARY}
    done = px.run(
        *("target", "credential", "prod-aws", "--local", "--yes", "--json"), environment=keys
    )
    written = project.read_text()

    assert done.returncode == 0, done.stderr
    conforms("target credential", json.loads(done.stdout))
    assert CANARY not in done.stdout + done.stderr
    assert f'TARGET_PROD_AWS_SECRET_ACCESS_KEY="{CANARY}"\n' in written
    assert 'TARGET_PROD_AWS_SESSION_TOKEN=""\n' in written
    assert written.startswith("# mine\n")
    assert project.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (f"FlyV1 {CANARY}", 0),
        (f"FlyV1  {CANARY}", 2),
        (f"FlyV2 {CANARY}", 2),
        (f"FlyV1 {CANARY} x", 2),
        ("FlyV1 ", 2),
        (f"FlyV1\t{CANARY}", 2),
    ],
)
def test_a_token_of_fly_has_one_space(px: Px, project: Path, token: str, code: int) -> None:
    """After its kind; any other is refused, without the text."""
    before = project.read_text()
    words = ("target", "credential", "fly", "--local", "--yes")
    done = px.run(*words, environment={"FLY_API_TOKEN": token})

    assert done.returncode == code
    assert CANARY not in done.stdout + done.stderr
    written = f'TARGET_FLY_API_TOKEN="{token}"\n' in project.read_text()
    assert (written, project.read_text() == before) == (code == 0, code != 0)


def test_a_credential_is_asked_for(px: Px, project: Path) -> None:
    """Without --yes nothing is written; nor if there is none, or half of one."""
    file = px.folder / ".env.deploy"
    file.write_text(f"FLY_API_TOKEN={CANARY}\nAWS_ACCESS_KEY_ID=AKIA\n")
    file.chmod(0o600)
    before = project.read_text()
    half = {"AWS_SECRET_ACCESS_KEY": CANARY}

    asked = px.run("target", "credential", "fly", "--local")
    two_halves = px.run("target", "credential", "prod-aws", "--local", "--yes", environment=half)
    unknown = px.run("target", "credential", "other", "--local", "--yes")
    assert project.read_text() == before
    done = px.run("target", "credential", "fly", "--local", "--yes")

    assert [asked.returncode, two_halves.returncode, unknown.returncode] == [1, 2, 1]
    assert "has AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in two_halves.stderr
    assert "wrangler.toml has no target other" in unknown.stderr
    assert (done.returncode, f'TARGET_FLY_API_TOKEN="{CANARY}"' in project.read_text()) == (0, True)
    assert CANARY not in asked.stderr + two_halves.stderr + done.stderr


def test_the_token_that_deploys_is_no_credential(px: Px, project: Path) -> None:
    """A target at another Worker takes a token of its own name alone."""
    before = project.read_text()
    words = ("target", "credential", "neighbour", "--local", "--yes")
    deploying = {"CLOUDFLARE_API_TOKEN": f"{CANARY}-deploys"}
    refused = px.run(*words, environment=deploying)
    after = project.read_text()
    own = {**deploying, "TARGET_NEIGHBOUR_API_TOKEN": f"{CANARY}-own"}
    done = px.run(*words, environment=own)

    assert (refused.returncode, after) == (2, before)
    assert "has TARGET_NEIGHBOUR_API_TOKEN" in refused.stderr
    assert (done.returncode, project.read_text()) == (
        0,
        f'{before}TARGET_NEIGHBOUR_API_TOKEN="{CANARY}-own"\n',
    )


def test_the_targets_own_names_come_first(px: Px, project: Path) -> None:
    """Also from the file, before the usual ones of the environment; half of them is refused."""
    file = px.folder / ".env.deploy"
    file.write_text("TARGET_PROD_AWS_ACCESS_KEY_ID=OWN\n")
    file.chmod(0o600)
    usual = {"AWS_ACCESS_KEY_ID": "USUAL", "AWS_SECRET_ACCESS_KEY": "usual"}
    words = ("target", "credential", "prod-aws", "--local", "--yes")
    before = project.read_text()
    half = px.run(*words, environment=usual)
    after = project.read_text()
    file.write_text(file.read_text() + f"TARGET_PROD_AWS_SECRET_ACCESS_KEY={CANARY}\n")
    done = px.run(*words, environment=usual)

    assert (half.returncode, after) == (2, before)
    assert ".env.deploy has only a part of what opens prod-aws" in half.stderr
    assert done.returncode == 0, done.stderr
    assert 'TARGET_PROD_AWS_ACCESS_KEY_ID="OWN"\n' in project.read_text()
    assert f'TARGET_PROD_AWS_SECRET_ACCESS_KEY="{CANARY}"\n' in project.read_text()
