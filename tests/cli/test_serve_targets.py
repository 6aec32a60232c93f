"""`px serve` pushes to targets: providers' stand-ins, kills, and nobody who waits for another."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import pytest

from positronic.names import Name
from support.hosting import Hosted, hosted, init
from support.providers import aws, fly, tables, vault, worker_secrets
from support.providers.standin import Faults
from support.providers.worlds import CASES, SEND, World
from support.px_process import CANARY, Px
from support.running import run
from support.schemas import conforms
from support.waiting import wait_until

CREDENTIALS: Final = (aws.SECRET_KEY, fly.TOKEN, vault.TOKEN, worker_secrets.TOKEN)
NAMES: Final = [f"N{number}" for number in range(6)]
KILLED_AT: Final = (20, 40)
TWO: Final = {"secrets": [{"name": "A", "value": "two"}]}


def environment_of(world: World, provider: str) -> dict[str, str]:
    table, opened = tables.table(provider, world.standin.url)
    return {"PROJECT": "shop", "TARGETS": json.dumps(table), **opened}


def client_of(host: Hosted, **headers: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {host.token}", **headers}
    return httpx.Client(base_url=host.url, headers=headers, trust_env=False, timeout=30)


def there(world: World, *names: str) -> dict[str, str]:
    found = {name: run(world.value(Name(name))) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def comes(world: World, expected: Mapping[str, str], *names: str) -> None:
    wait_until(lambda: there(world, *names) == expected, f"{expected} at the provider")


@contextmanager
def provided(provider: str) -> Iterator[World]:
    with CASES[provider].standing_in() as world:
        yield world(SEND)


@pytest.mark.parametrize("provider", CASES)
def test_px_target_against_a_host(tmp_path: Path, provider: str) -> None:
    """Each change arrives, and each deletion; what px says of it; no value and no credential is in
    a log, or a file of the host."""
    with provided(provider) as world:
        environment = environment_of(world, provider)
        with hosted(tmp_path, environment=environment) as host:
            px = Px(tmp_path, host.environment)
            px.run("secret", "create", "A", "--value", f"{CANARY}-1")
            added = px.run("target", "add", "production", "--secret", "A", "--json")
            conforms("target add", json.loads(added.stdout))
            comes(world, {"A": f"{CANARY}-1"}, "A")
            px.run("secret", "create", "A", "--value", f"{CANARY}-2")
            comes(world, {"A": f"{CANARY}-2"}, "A")

            assert px.run("target", "check", "production").returncode == 0
            assert px.run("target", "sync", "production").returncode == 0
            px.run("secret", "delete", "A", "--yes")
            comes(world, {}, "A")
            px.run("secret", "restore", "A")
            comes(world, {"A": f"{CANARY}-2"}, "A")
            assert px.run("target", "remove", "production", "--purge", "--yes").returncode == 0
            comes(world, {}, "A")
            pushed = px.run("audit", "--json").stdout
            assert host.stop() == 0

    assert "target.push" in pushed
    files = [one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()]
    for text in (CANARY, *CREDENTIALS):
        assert not [data for data in files if text.encode() in data]


def test_targets_of_files(tmp_path: Path) -> None:
    """Read again when they change; one that others can read stops the host."""
    with provided("fly") as world:
        table, opened = tables.table("fly", world.standin.url)
        init(tmp_path)
        files = {
            "targets.json": json.dumps(table),
            "target-credentials": "".join(f'{key}="{text}"\n' for key, text in opened.items()),
        }
        with hosted(tmp_path, environment={"PROJECT": "shop"}) as host:
            px = Px(tmp_path, host.environment)
            px.run("secret", "create", "A", "--value", "one")
            assert px.run("target", "add", "production", "--secret", "A").returncode == 1
            for name, text in files.items():
                path = tmp_path / "px-data" / name
                path.touch(mode=0o600)
                path.write_text(text)
            assert px.run("target", "add", "production", "--secret", "A").returncode == 0
            comes(world, {"A": "one"}, "A")
            host.stop()
        (tmp_path / "px-data" / "target-credentials").chmod(0o640)
        done = Px(tmp_path).run("serve", "--port", "0", "--json")

    assert (done.returncode, json.loads(done.stderr)["code"]) == (2, "key_file_open")


def test_a_target_that_is_not_configured_gets_nothing(tmp_path: Path) -> None:
    """After a restart without it: it is not found, and its changes wait until it is back."""
    with provided("fly") as world:
        environment = environment_of(world, "fly")
        with hosted(tmp_path, environment=environment) as host:
            px = Px(tmp_path, host.environment)
            px.run("secret", "create", "A", "--value", "one")
            px.run("target", "add", "production", "--secret", "A")
            comes(world, {"A": "one"}, "A")
            host.stop()
        asked = world.requests()
        with hosted(tmp_path, environment={"PROJECT": "shop"}) as host, client_of(host) as client:
            changed = client.post("/secrets/bulk", json=TWO)
            sync = client.post("/targets/production/sync")
            host.stop()
        assert (changed.status_code, sync.status_code) == (201, 404)
        assert world.requests() == asked
        with hosted(tmp_path, environment=environment):
            comes(world, {"A": "two"}, "A")


@dataclass
class Unreliable(Faults):
    """A third of the requests meets one of them."""

    chance: random.Random = field(default_factory=lambda: random.Random(17))

    def next(self) -> str:
        return self.chance.choices(("", "throttled", "broken", "lost"), (67, 3, 15, 15))[0]


@pytest.mark.parametrize("provider", ["aws-secrets-manager", "fly", "vault"])
def test_all_places_agree_after_kills(tmp_path: Path, provider: str) -> None:
    """The provider fails at random and the host is killed twice: what was answered arrives,
    deletions too, and somebody else's secret of a name of ours is untouched."""
    chance, known = random.Random(17), dict.fromkeys(NAMES[1:], "")
    with provided(provider) as world:
        run(world.plant(Name("N0"), "theirs"))
        world.standin.faults = Unreliable()
        environment = environment_of(world, provider)
        for start in (0, *KILLED_AT):
            with hosted(tmp_path, environment=environment) as host, client_of(host) as client:
                if start == 0:
                    client.put("/targets/production", json={"prefix": "N"}).raise_for_status()
                for number in range(start, start + 20):
                    known |= change(client, chance, number)
                if start == KILLED_AT[-1]:
                    world.fail("", 0)
                    client.post("/targets/production/sync").raise_for_status()
                    left = {name: value for name, value in known.items() if value}
                    left.pop("N0", None)
                    comes(world, {**left, "N0": "theirs"}, *NAMES)
                host.kill()


def change(client: httpx.Client, chance: random.Random, number: int) -> dict[str, str]:
    """One that was answered: the value of a name; empty: it is gone."""
    name, value = chance.choice(NAMES), f"value {number}"
    if chance.random() < 0.3:
        answer = client.delete(f"/secrets/{name}")
        assert answer.status_code in (204, 404), answer.text
        return {name: ""}
    sent = {"secrets": [{"name": name, "value": value}]}
    client.post("/secrets/bulk", json=sent).raise_for_status()
    return {name: value}


def test_a_silent_provider_holds_up_nobody(tmp_path: Path) -> None:
    """Neither another project's pushes nor any answer, while its own push waits."""
    with provided("fly") as world, socket.create_server(("127.0.0.1", 0)) as silent:
        table, opened = tables.table("fly", world.standin.url)
        slow = {
            "type": "vault",
            "mount": "kv",
            "address": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "projects": ["slow"],
        }
        environment = {
            "PROJECT": "shop",
            "TARGETS": json.dumps({**table, "silent": slow}),
            "TARGET_SILENT_TOKEN": vault.TOKEN,
            **opened,
        }
        with hosted(tmp_path, environment=environment) as host:
            header = {"X-Positronic-Project": "slow"}
            with client_of(host, **header) as other, client_of(host) as client:
                switch_on(other, "silent")
                waiting, _ = silent.accept()
                switch_on(client, "production")
                comes(world, {"A": "x"}, "A")
                with waiting:
                    assert is_open(waiting)
                assert other.get("/targets").json()["targets"][0]["counts"]["due"] == 1


def switch_on(client: httpx.Client, target: str) -> None:
    client.post("/secrets", json={"name": "A", "value": "x"}).raise_for_status()
    client.put(f"/targets/{target}", json={"names": ["A"]}).raise_for_status()


def is_open(connection: socket.socket) -> bool:
    """What was sent is read; whether more may come, as the sender still waits."""
    connection.setblocking(False)
    while True:
        try:
            if not connection.recv(65_536):
                return False
        except BlockingIOError:
            return True


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('{"production": {"type": "fly"}}', "TARGETS.production.app is missing"),
        ("not json", "TARGETS is not JSON"),
        (
            '{"v": {"type": "vault", "mount": "kv", "address": "http://10.0.0.1"}}',
            "TARGETS.v.address must start with https://",
        ),
    ],
)
def test_a_malformed_table(tmp_path: Path, table: str, words: str) -> None:
    """It is said before anybody can connect."""
    init(tmp_path)
    done = Px(tmp_path).run("serve", "--port", "0", environment={"TARGETS": table})

    assert done.returncode == 2
    assert words in done.stderr


def test_what_is_not_configured_is_never_contacted(tmp_path: Path) -> None:
    """Seven names, with the root token; the one provider that there is hears of none of them."""
    with provided("fly") as world:
        environment = environment_of(world, "fly")
        with hosted(tmp_path, environment=environment) as host, client_of(host) as client:
            client.post("/secrets", json={"name": "A", "value": "x"}).raise_for_status()
            answers = [
                client.put(f"/targets/{name}", json={"names": ["A"]}).status_code
                for name in ("other", "fly", "aws", "localhost", "production2", "p", "vault")
            ]
        assert answers == [404] * 7
        assert world.requests() == 0
