"""Versions in the real Worker: two writers, a rollback that a brain reads, a destroyed text."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx

from px.project.workspace import Workspace
from support.waiting import wait_until
from worker.ledger_files import LedgerFiles
from worker.main_worker import ProjectApi
from worker.own_brains import run_brains

ROUNDS = 200
PART = 30  # characters
BRAINS = """
from positronic import brain

async def read(state, secrets):
    return {"length": len(await secrets.get("KEY"))}

reader = brain("reader").step("Read", read)
"""


def _over(api: ProjectApi, version: int) -> Callable[[str], httpx.Response]:
    sent = {"name": "A", "ifVersion": version}
    return lambda value: api.call("POST", "/secrets", json={**sent, "value": value})


def test_of_two_writers_one_wins(api: ProjectApi) -> None:
    """200 times: both expect the same version, one writes, the other is told which is current."""
    api.put("A", "first")
    with ThreadPoolExecutor(2) as pool:
        for version in range(1, ROUNDS + 1):
            both = list(pool.map(_over(api, version), ("one", "two")))
            assert sorted(one.status_code for one in both) == [201, 412], f"round {version}"
            [refused] = [one.json() for one in both if one.status_code == 412]
            assert (refused["code"], refused["currentVersion"]) == ("version_mismatch", version + 1)

    [listed] = api.call("GET", "/secrets").json()["secrets"]
    assert listed["version"] == ROUNDS + 1
    versions = api.call("GET", "/secrets/A/versions").json()["versions"]
    assert [one["version"] for one in versions] == list(range(ROUNDS + 1, ROUNDS - 9, -1))


def _length(client: httpx.Client) -> int:
    """Of what a brain reads."""
    made = client.post("/brains/runs", json={"identifier": "reader"}).raise_for_status()
    path = f"/brains/runs/{made.json()['brainRunId']}"
    wait_until(lambda: "completedAt" in client.get(path).json(), "the end of the run")
    return int(client.get(path).json()["state"]["length"])


def test_a_brain_reads_what_was_rolled_back_to(project: Workspace, tmp_path: Path) -> None:
    """What is current by rollback or restoration is what the next brain reads."""
    with run_brains(project, tmp_path / "worker", {"reader.py": BRAINS}) as worker:
        headers = {"Authorization": f"Bearer {worker.secrets.token}"}
        with httpx.Client(base_url=worker.worker.url, headers=headers, timeout=30) as client:
            for value in ("one", "longer", "the longest"):
                client.post("/secrets", json={"name": "KEY", "value": value}).raise_for_status()
            assert _length(client) == 11
            client.post("/secrets/KEY/rollback", json={"to": 1}).raise_for_status()
            assert _length(client) == 3
            client.delete("/secrets/KEY").raise_for_status()
            client.post("/secrets/KEY/restore").raise_for_status()
            assert _length(client) == 3


def test_nothing_is_left_of_a_destroyed_text(project: Workspace, tmp_path: Path) -> None:
    """The object's SQLite file has no text of a version in clear, and no key of a destroyed one."""
    with run_brains(project, tmp_path / "worker", {}) as worker:
        headers = {"Authorization": f"Bearer {worker.secrets.token}"}
        ledgers = LedgerFiles(worker.worker.persist)
        with httpx.Client(base_url=worker.worker.url, headers=headers, timeout=30) as client:
            for name in ("KEPT", "SHORT", "LONG", "GONE"):
                size = 20_000 if name in ("LONG", "GONE") else 20
                for _ in range(2):
                    sent = {"name": name, "value": secrets.token_hex(size)}
                    client.post("/secrets", json=sent).raise_for_status()
            sealed = {
                id_: json.loads(text)["sealed"]
                for id_, text in ledgers.rows("default", "version").items()
            }
            keys = ledgers.text_keys("default")
            for name in ("SHORT", "LONG"):
                client.delete(f"/secrets/{name}/versions/1").raise_for_status()
            client.delete("/secrets/GONE?destroy=true").raise_for_status()
            left = ledgers.rows("default", "version")
        worker.worker.stop()

        destroyed = {id_ for id_, text in left.items() if not json.loads(text)["sealed"]}
        assert sorted(id_.partition("/")[0] for id_ in destroyed) == [
            "GONE",
            "GONE",
            "LONG",
            "SHORT",
        ]
        kept = _written_out(ledgers.path("default"))
        assert not [id_ for id_, text in sealed.items() if _is_in(text, kept)]
        assert {id_ for id_, key in keys.items() if key.encode() in kept} == keys.keys() - destroyed


def _is_in(text: str, kept: bytes) -> bool:
    """Any part of it, for a long text is on several pages."""
    parts = (text[start : start + PART] for start in range(40, len(text) - PART, PART))
    return any(part.encode() in kept for part in parts)


def _written_out(path: Path) -> bytes:
    """The file, with what was still beside it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return path.read_bytes()
