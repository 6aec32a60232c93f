"""A change and a rotation step at the same moment: none is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from px.project.workspace import Workspace
from support.stored import local_worker
from worker.assembly import assemble_project
from worker.main_worker import MainWorker, ProjectApi, Secrets, fresh_keys

NAMES = [f"N{number:02}" for number in range(50)]
ROUNDS = 6


@pytest.fixture
def api(project: Workspace, tmp_path: Path) -> Iterator[ProjectApi]:
    """A Worker of this test's own that holds a new key, `k2`, and the old one, `k1`."""
    secrets = Secrets(f"{fresh_keys('k2')},{fresh_keys('k1')}")
    config = assemble_project(tmp_path, secrets.variables)
    worker = local_worker(project, config, tmp_path)
    with worker, httpx.Client(base_url=worker.url, timeout=60, trust_env=False) as client:
        yield ProjectApi(MainWorker(client, secrets, worker.persist, worker.log_path), "raced")


def at_once(*calls: Callable[[], httpx.Response]) -> list[int]:
    """All of them started together; their statuses."""
    barrier, statuses = threading.Barrier(len(calls)), [0] * len(calls)

    def run(place: int, call: Callable[[], httpx.Response]) -> None:
        barrier.wait()
        statuses[place] = call().status_code

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def lay_under_the_old_key(api: ProjectApi, number: int) -> None:
    old = api.worker.secrets.keys.partition(",")[2]
    for name in NAMES:
        api.plant(name, api.seal_on_cpython(name, f"old {number}", old))


def test_no_change_is_lost_to_a_rotation(api: ProjectApi) -> None:
    """50 secrets are updated at the moment in which they are re-sealed, several times: each has
    the newer value at the end."""
    api.put("A", "so that the store exists")
    wrong: list[str] = []
    for number in range(ROUNDS):
        lay_under_the_old_key(api, number)
        newer = dict.fromkeys(NAMES, f"newer {number}")
        statuses = at_once(partial(api.call, "POST", "/keys/rotate"), partial(api.bulk, newer))
        opened = {name: api.open_on_cpython(name).decode() for name in NAMES}
        wrong += [f"{number}: {name}" for name in NAMES if opened[name] != newer[name]]

        assert statuses == [200, 201]
    assert wrong == []


def test_no_deletion_is_lost_to_a_rotation(api: ProjectApi) -> None:
    """A secret that is deleted while it is re-sealed does not come back."""
    api.put("A", "so that the store exists")
    for number in range(ROUNDS):
        lay_under_the_old_key(api, number)
        gone = NAMES[number * 8 :: 10]
        deletions = [partial(api.call, "DELETE", f"/secrets/{name}") for name in gone]
        statuses = at_once(partial(api.call, "POST", "/keys/rotate"), *deletions)
        listed = {item["name"] for item in api.call("GET", "/secrets").json()["secrets"]}

        assert statuses == [200] + [204] * len(gone)
        assert listed == {"A", *NAMES} - set(gone)


def test_a_step_does_re_seal_them(api: ProjectApi) -> None:
    """What these tests race with does happen: one step brings all 50 under the new key."""
    api.put("A", "so that the store exists")
    lay_under_the_old_key(api, 0)
    first = api.call("POST", "/keys/rotate").json()
    rest = api.call("POST", f"/keys/rotate?cursor={quote(first['cursor'])}").json()
    newest = api.worker.secrets.keys.partition(",")[0]
    alone = replace(api, worker=replace(api.worker, secrets=Secrets(newest)))

    assert (first["resealed"], rest["resealed"]) == (50, 0)
    assert {alone.open_on_cpython(name) for name in NAMES} == {b"old 0"}
