"""Master keys rotate twice while the real Worker is written to, listed, and killed once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from positronic.access import tokens
from px.local.port import free_port
from px.local.server import LocalWorker
from px.project.workspace import Workspace
from support.stored import local_worker
from support.waiting import wait_until
from worker.assembly import assemble_project, write_variables
from worker.load import Load
from worker.main_worker import MainWorker, ProjectApi, Secrets, fresh_keys

SECRETS = [f"N{number:03}" for number in range(400)]


@dataclass
class Running:
    """One Worker on one port, whose keys can be changed and which can be killed."""

    worker: LocalWorker
    folder: Path
    api: ProjectApi

    def rotate(self, key_id: str) -> None:
        """A new key in front; returns when the Worker has it.

        wrangler reads .dev.vars again when wrangler.toml changes, and holds requests meanwhile.
        """
        secrets = self.api.worker.secrets
        newer = replace(secrets, keys=f"{fresh_keys(key_id)},{secrets.keys}")
        write_variables(self.folder, newer.variables)
        self.worker.config.touch()
        self.api = replace(self.api, worker=replace(self.api.worker, secrets=newer))
        wait_until(lambda: self.keys()["newest"] == key_id, "the new key")

    def keys(self) -> dict[str, object]:
        return dict(self._answer("GET", "/keys").json())

    def step(self) -> dict[str, int]:
        return dict(self._answer("POST", "/keys/rotate").json())

    def finish(self) -> int:
        """Steps until nothing remains; how many of them re-sealed something."""
        taken = 0
        while True:
            step = self.step()
            taken += step["resealed"] > 0
            if not step["remaining"]:
                return taken

    def restart(self) -> None:
        self.worker.kill()
        self.worker.start()

    def opened(self) -> dict[str, str]:
        """Every secret, from the files and with the newest key alone."""
        newest = self.api.worker.secrets.keys.partition(",")[0]
        secrets = replace(self.api.worker.secrets, keys=newest)
        alone = replace(self.api, worker=replace(self.api.worker, secrets=secrets))
        return {name: alone.open_on_cpython(name).decode() for name in SECRETS}

    def _answer(self, method: str, path: str) -> httpx.Response:
        for _ in range(20):
            try:
                answer = self.api.call(method, path)
            except httpx.TransportError:
                continue
            assert answer.status_code == 200, answer.text
            return answer
        raise TimeoutError(f"{method} {path} was not answered")


@pytest.fixture
def running(project: Workspace, tmp_path: Path) -> Iterator[Running]:
    """A Worker of this test's own, on a port that stays, with 400 secrets."""
    secrets = Secrets()
    config = assemble_project(tmp_path, secrets.variables)
    worker = local_worker(project, config, tmp_path, port=free_port())
    with worker, httpx.Client(base_url=worker.url, timeout=60, trust_env=False) as client:
        main = MainWorker(client, secrets, worker.persist, worker.log_path)
        api = ProjectApi(main, "loaded")
        assert api.bulk(dict.fromkeys(SECRETS, "first")).status_code == 201
        yield Running(worker, tmp_path, api)


def issue(api: ProjectApi) -> str:
    answer = api.call("POST", "/tokens", json={"name": "ci", "role": "writer"})
    return str(answer.raise_for_status().json()["token"])


def test_two_rotations_under_load_one_of_them_killed(running: Running) -> None:
    """Every value opens at the end and is the one last acknowledged, none is under an old key,
    the tokens open, and no request failed in another way than a retryable one."""
    texts = [issue(running.api) for _ in range(3)]
    headers = {"Authorization": f"Bearer {texts[0]}"}
    with Load(running.worker.url, headers, SECRETS) as load:
        wait_until(lambda: len(load.acknowledged) > 10, "the load")
        running.rotate("k2")
        running.finish()
        after_first = running.keys()
        running.rotate("k3")
        first_step = running.step()
        running.restart()
        half = running.keys()
        running.finish()
    # Nothing is written after the last step: a value that it overwrote would show.
    print(f"\n{dict(load.counts)}")  # noqa: T201 - pytest shows it with -s

    expected = dict.fromkeys(SECRETS, "first") | load.acknowledged
    assert load.odd == []
    assert first_step["remaining"] > 0
    assert {key["id"] for key in after_first["keys"]} == {"k2"}  # type: ignore[attr-defined]
    assert {key["id"] for key in half["keys"]} >= {"k3"}  # type: ignore[attr-defined]
    keys = running.keys()["keys"]
    kept = keys[0]["secrets"]  # type: ignore[index]
    assert kept >= len(SECRETS)  # also earlier versions, as many as the load left
    assert keys == [
        {
            "id": "k3",
            "secrets": kept,
            "tokens": 3,
            "auditKeys": 1,
            "copies": len(SECRETS),
            "held": True,
        }
    ]
    assert running.opened() == expected
    lists = [
        running.api.call("GET", "/secrets", headers={"Authorization": f"Bearer {text}"})
        for text in texts
    ]
    assert [answer.status_code for answer in lists] == [200] * 3


def test_nothing_is_under_an_old_key_in_the_files(running: Running) -> None:
    """After a rotation without load, no secret or token names the old key, in the ledger or in KV,
    and the events before it are still intact."""
    token = tokens.parse(issue(running.api))
    running.rotate("k2")
    steps = running.finish()
    ledgers = running.api.worker.ledgers
    ledgers.wait_for_copies("loaded")
    entries = running.api.worker.kv.read("loaded/")
    kept = {key: entry.metadata["keyId"] for key, entry in entries.items()}
    for kind in ("secret", "version", "token"):
        rows = ledgers.rows("loaded", kind).items()
        kept |= {f"{kind} {id_}": json.loads(text)["keyId"] for id_, text in rows}

    assert token
    assert steps == 9
    assert set(kept.values()) == {"k2"}
    assert len(kept) == 3 * len(SECRETS) + 1
    assert [key for key, entry in entries.items() if ".k1." in entry.value] == []
    events = running.api.call("GET", "/audit?limit=1000").json()["events"]
    assert {event["integrity"] for event in events} == {"intact"}
