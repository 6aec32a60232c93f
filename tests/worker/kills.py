"""Bulks by several writers, and the Worker below them killed at random moments."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from px.local.server import LocalWorker
from px.project.workspace import Workspace
from support.stored import local_worker
from worker.assembly import assemble_project
from worker.main_worker import MainWorker, ProjectApi, Secrets

KILLS = 2  # of one Worker, one after the other
WRITERS = 3
NAMES = 20  # of one bulk
PROJECT = "killed"
AT_LEAST = 3  # bulks that are answered before each kill
MOMENTS = 30  # answers, at most, until the kill


@dataclass(slots=True)
class Load:
    """Bulks of one writer, each of the same names with a value of its own."""

    worker: LocalWorker
    secrets: Secrets
    writer: int
    answered: dict[int, bytes] = field(default_factory=dict)  # the bodies
    sent: list[int] = field(default_factory=list)

    def names(self) -> list[str]:
        return [f"W{self.writer}_{number:02}" for number in range(NAMES)]

    def run(self, rounds: count[int], ended: threading.Event, moment: threading.Semaphore) -> None:
        """Until the Worker is gone."""
        with httpx.Client(base_url=self.worker.url, timeout=60, trust_env=False) as client:
            api = ProjectApi(self._main(client), PROJECT)
            while not ended.is_set():
                number = next(rounds)
                self.sent.append(number)
                try:
                    answer = self.send(api, number)
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    self.answered[number] = answer.content
                    moment.release()

    def send(self, api: ProjectApi, number: int) -> httpx.Response:
        """The bulk of this number, each time under the same key."""
        entries = [{"name": name, "value": f"value {number}"} for name in self.names()]
        key = {"Idempotency-Key": f"writer-{self.writer}-{number:016}"}
        return api.call("POST", "/secrets/bulk", json={"secrets": entries}, headers=key)

    def _main(self, client: httpx.Client) -> MainWorker:
        return MainWorker(client, self.secrets, self.worker.persist, self.worker.log_path)


def kill_and_check(project: Workspace, folder: Path, seed: int) -> None:
    """A Worker that is killed KILLS times; after each restart, all is as it was promised."""
    random.seed(seed)
    secrets = Secrets()
    worker = local_worker(project, assemble_project(folder, secrets.variables), folder)
    loads, rounds = [Load(worker, secrets, writer) for writer in range(WRITERS)], count()
    with worker:
        for _ in range(KILLS):
            _load_and_kill(loads, rounds, worker)
            worker.start()
            with httpx.Client(base_url=worker.url, timeout=60, trust_env=False) as client:
                main = MainWorker(client, secrets, worker.persist, worker.log_path)
                _check(ProjectApi(main, PROJECT), loads)
                _send_again(ProjectApi(main, PROJECT), loads)
    assert sum(len(load.answered) for load in loads) > KILLS * AT_LEAST


def _load_and_kill(loads: list[Load], rounds: count[int], worker: LocalWorker) -> None:
    """All writers at once, and then the kill, after some answers and in the middle of others."""
    ended, moment = threading.Event(), threading.Semaphore(0)
    threads = [threading.Thread(target=load.run, args=(rounds, ended, moment)) for load in loads]
    for thread in threads:
        thread.start()
    for _ in range(random.randint(AT_LEAST, MOMENTS)):
        assert moment.acquire(timeout=60), "no answer came"
    worker.kill()
    ended.set()
    for thread in threads:
        thread.join()


def _all_events(api: ProjectApi) -> list[dict[str, Any]]:
    pages = api.pages("/audit", "events", 1000)
    return [event for page in pages for event in page]


def _bulks_made(api: ProjectApi) -> Counter[str]:
    """How many events there are of each writer's bulks."""
    events = [one for one in _all_events(api) if one["action"] == "secret.bulk"]
    assert {one["integrity"] for one in events} <= {"intact"}
    return Counter(one["names"][0].partition("_")[0] for one in events)


def _send_again(api: ProjectApi, loads: list[Load]) -> None:
    """A bulk with a lost answer is made once, now or before; an answered one gets that answer."""
    for load in loads:
        last = list(load.answered)[-1:]
        for number in [*last, *(one for one in load.sent if one not in load.answered)]:
            body = load.send(api, number).raise_for_status().content
            assert load.answered.setdefault(number, body) == body, "another answer than the first"
    made, kept = _bulks_made(api), api.kept_values()
    for load in loads:
        assert made[f"W{load.writer}"] == len(load.sent), "a bulk was made twice, or not at all"
        if load.sent:
            assert {kept[name] for name in load.names()} == {f"value {load.sent[-1]}"}


def _check(api: ProjectApi, loads: list[Load]) -> None:
    """What is there after a kill, against what was sent and what was answered."""
    copied, kept = api.names(), api.kept_values()  # KV has caught up by the alarm, without a call
    made = _bulks_made(api)
    assert copied == set(kept), "KV has other names than the ledger"
    for load in loads:
        found = [name for name in load.names() if name in kept]
        values = {kept[name] for name in found}
        copies = {api.open_on_cpython(name).decode() for name in found}
        versions = {api.stored(name).metadata["version"] for name in found}
        assert copies == values, "a copy is not what the ledger has"
        assert len(values) <= 1, f"parts of several bulks: {values}"
        assert len(found) in (0, NAMES), "half of a bulk"

        last = int(values.pop().removeprefix("value ")) if values else -1
        assert last >= max(load.answered, default=-1), "an answered bulk is lost"
        assert last in {-1, *load.sent}
        count_of_events = made[f"W{load.writer}"]
        # Each bulk raises the version of its names by one: as many events as changes.
        assert versions == ({count_of_events} if found else set()), "events and changes differ"
        assert len(load.answered) <= count_of_events <= len(load.sent)
