"""500 changes on the real Worker; its targets fail, throttle and lag, and it is killed twice."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from positronic.names import Name, parse_name
from px.local.server import LocalWorker
from px.project.workspace import Workspace
from support.providers import aws, fly, tables, vault
from support.providers.standin import Faults
from support.providers.worlds import CASES, SEND, World
from support.running import run
from support.stored import local_worker
from support.waiting import wait_until
from worker.assembly import assemble_project
from worker.main_worker import MainWorker, ProjectApi, Secrets

PROVIDERS: Final = ("aws-secrets-manager", "fly", "vault")
PROJECT: Final = "shop"
CHANGES: Final = 500
KILLED_AT: Final = (150, 320)
NAMES: Final = [f"N{number:02}" for number in range(24)]
THEIRS: Final = parse_name("N05")
CANARY: Final = "canary-of-500-changes"
SECONDS: Final = 240


@dataclass
class Unreliable(Faults):
    """A third of the requests meets one of them. A target that fails as a whole is left alone."""

    chance: random.Random = field(default_factory=random.Random)
    met: int = 0

    def next(self) -> str:
        how = self.chance.choices(("", "throttled", "broken", "lost"), (67, 7, 13, 13))[0]
        self.met += bool(how)
        return how


@dataclass
class Client:
    """Changes, one after the other, with and without answers."""

    worker: LocalWorker
    secrets: Secrets
    chance: random.Random

    @contextmanager
    def api(self) -> Iterator[ProjectApi]:
        with httpx.Client(base_url=self.worker.url, timeout=60, trust_env=False) as client:
            main = MainWorker(client, self.secrets, self.worker.persist, self.worker.log_path)
            yield ProjectApi(main, PROJECT)

    def send(self, numbers: range, killed_at: int | None = None) -> None:
        """Until the last of them, or until the Worker is gone."""
        with self.api() as api:
            for number in numbers:
                if number == killed_at:
                    threading.Timer(self.chance.random() / 2, self.worker.kill).start()
                try:
                    status = self._change(api, number).status_code
                except httpx.TransportError:
                    assert killed_at is not None, "the Worker is gone"
                    return
                assert status in (200, 201, 204, 404, 409), status

    def _change(self, api: ProjectApi, number: int) -> httpx.Response:
        name, value = self.chance.choice(NAMES), f"{CANARY} {number}"
        match self.chance.choices(("put", "bulk", "delete", "restore"), (5, 2, 3, 1))[0]:
            case "put":
                return api.put(name, value)
            case "bulk":
                return api.bulk(dict.fromkeys(self.chance.sample(NAMES, 6), value))
            case "delete":
                return api.call("DELETE", f"/secrets/{name}")
        return api.call("POST", f"/secrets/{name}/restore")


def configured(worlds_: Mapping[str, World]) -> tuple[str, dict[str, str]]:
    """What is appended to wrangler.toml, and the Worker's secrets."""
    lines: list[str] = []
    keys: dict[str, str] = {}
    for provider, world in worlds_.items():
        table, opened = tables.table(provider, world.standin.url)
        lines.append(f"[vars.TARGETS.{provider}]")
        fields = {**table["production"], "projects": [PROJECT]}
        lines += [f"{key} = {json.dumps(value)}" for key, value in fields.items()]
        upper = provider.upper().replace("-", "_")
        keys |= {key.replace("PRODUCTION", upper): text for key, text in opened.items()}
    return "\n".join(["", *lines, ""]), keys


def targets(api: ProjectApi) -> dict[str, Any]:
    found = api.call("GET", "/targets").raise_for_status().json()["targets"]
    return {one["name"]: one for one in found}


def are_settled(api: ProjectApi) -> bool:
    found = targets(api).values()
    return all(one["counts"]["due"] == 0 and one["state"] == "on" for one in found)


def there(world: World) -> dict[str, str]:
    """Every value that the provider has, foreign ones included."""
    found = {name: run(world.value(Name(name))) for name in NAMES}
    return {name: value for name, value in found.items() if value is not None}


def test_all_places_agree(project: Workspace, tmp_path: Path) -> None:
    """At the end each provider has what the ledger has, and nothing that was deleted; somebody
    else's secret is untouched; no value and no credential is in a log, an address or an answer."""
    chance, secrets = random.Random(17), Secrets()
    with ExitStack() as stack:
        providers = {
            name: stack.enter_context(CASES[name].standing_in())(SEND) for name in PROVIDERS
        }
        toml, keys = configured(providers)
        config = assemble_project(tmp_path, {**secrets.variables, **keys})
        config.write_text(config.read_text() + toml)
        for world in providers.values():
            run(world.plant(THEIRS, "theirs"))
            world.standin.faults = Unreliable(chance=random.Random(chance.random()))
        provider = providers["fly"].standin.provider
        assert isinstance(provider, fly.Fly)
        provider.lags = True
        client = Client(local_worker(project, config, tmp_path), secrets, chance)
        with client.worker:
            kept, answers = live_through(client, providers)
        log = client.worker.log_path.read_text()

        for name, world in providers.items():
            assert there(world) == {**kept, THEIRS: "theirs"}, f"{name} differs"
        addresses = "".join(one.path for one in _asked(providers))
        for canary in (CANARY, aws.SECRET_KEY, fly.TOKEN, vault.TOKEN):
            assert canary not in log + answers + addresses
    assert len(kept) > 5


def live_through(client: Client, providers: Mapping[str, World]) -> tuple[dict[str, str], str]:
    """What the ledger has at the end but for THEIRS, and what the API said of the targets."""
    with client.api() as api:
        for name in providers:
            sent = {"prefix": "N"}
            answer = api.call("PUT", f"/targets/{name}", json=sent)
            assert answer.status_code == 200, answer.text
    start = 0
    for killed_at in KILLED_AT:
        client.send(range(start, killed_at + 60), killed_at)
        client.worker.kill()
        client.worker.start()
        start = killed_at
    client.send(range(start, CHANGES))
    for world in providers.values():
        assert isinstance(world.standin.faults, Unreliable)
        assert world.standin.faults.met > 5
        world.fail("", 0)
    with client.api() as api:
        for name in providers:
            api.call("POST", f"/targets/{name}/sync").raise_for_status()
        wait_until(lambda: are_settled(api), "every target to be as it has to be", SECONDS)
        said = [json.dumps(targets(api)), api.call("GET", "/audit").text]
        said += [api.call("GET", f"/targets/{name}/check").text for name in providers]
        kept = api.kept_values()
    kept.pop(THEIRS, None)
    return kept, "".join(said)


def _asked(providers: Mapping[str, World]) -> Iterator[Any]:
    for world in providers.values():
        yield from world.standin.asked
