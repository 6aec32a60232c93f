"""The peers of the bench do the job that they are measured at: bench/README.md."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
import pytest
from bench.copies import Copies
from bench.worker_secrets import TOKEN, worker_secrets
from bench.workers import ON_KV, ON_SQLITE

from positronic.ciphers.native import NativeCipher
from positronic.names import Name, Project
from positronic.ports import Metadata, Record
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from px.local.bare import BareWorker
from px.project.workspace import Workspace as Checkout
from worker.kv_files import KvFiles

VALUE: Final = "a-value-that-nobody-may-see"
SEALED: Final = re.compile(rb"px1\.bench\.[\w-]{22}\.[\w-]{16}\.[\w-]+")


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer, a client with a token that it issued, and what it stores."""

    client: httpx.Client
    keys: str
    folder: Path

    def stored(self) -> bytes:
        """Everything in its files."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return b"\n".join(path.read_bytes() for path in files)


@pytest.fixture(params=[ON_KV, ON_SQLITE], ids=["on KV", "on SQLite"])
def peer(request: pytest.FixtureRequest, project: Checkout, tmp_path: Path) -> Iterator[Peer]:
    """One with an empty store."""
    secrets = worker_secrets()
    with (
        BareWorker(project, secrets=secrets, config=request.param, persist=tmp_path) as worker,
        httpx.Client(base_url=worker.url, trust_env=False) as client,
    ):
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        issued = client.post("/tokens", json={"name": "test", "role": "admin"}).json()
        client.headers["Authorization"] = f"Bearer {issued['token']}"
        yield Peer(client, secrets["MASTER_KEYS"], tmp_path)


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


async def _opened(peer: Peer, shown: dict[str, str], sealed: str) -> str:
    """By our own code, with what stands beside the sealed text."""
    created, updated = (_milliseconds(shown[key]) for key in ("createdAt", "updatedAt"))
    record = Record(Name(shown["name"]), Metadata(1, created, updated, "bench"), sealed)
    sealer = Sealer(Project("default"), NativeCipher(), Keyring(peer.keys), bytes)
    return (await sealer.open(record)).reveal()


def test_what_a_peer_stores_is_sealed_as_ours_is(peer: Peer) -> None:
    """Its files hold no value, and our own code opens the sealed text that they hold."""
    shown = peer.client.post("/secrets", json={"name": "A", "value": VALUE}).json()
    stored = peer.stored()
    [sealed] = set(SEALED.findall(stored))

    assert VALUE.encode() not in stored
    assert asyncio.run(_opened(peer, shown, sealed.decode())) == VALUE


def test_a_peer_writes_lists_and_deletes(peer: Peer) -> None:
    """Each change is there for the next call, and none of it is there after its deletion."""
    entries = [{"name": name, "value": VALUE} for name in ("A", "B")]
    first = peer.client.post("/secrets/bulk", json={"secrets": entries[:1]})
    second = peer.client.post("/secrets/bulk", json={"secrets": entries})
    listed = peer.client.get("/secrets").json()
    found = peer.client.get("/secrets/A/exists").json()
    deleted = peer.client.delete("/secrets/A").status_code
    again = peer.client.delete("/secrets/A").status_code

    assert (first.status_code, first.json()) == (201, {"created": 1, "updated": 0})
    assert second.json() == {"created": 1, "updated": 1}
    assert [one["name"] for one in listed["secrets"]] == ["A", "B"]
    assert (found, deleted, again) == ({"exists": True}, 204, 404)
    assert peer.client.get("/secrets/A/exists").json() == {"exists": False}


def test_a_peer_writes_an_event_for_each_change(peer: Peer) -> None:
    """Newest first, each as it was signed."""
    peer.client.post("/secrets", json={"name": "A", "value": VALUE})
    peer.client.delete("/secrets/A")
    events = peer.client.get("/audit?limit=10").json()["events"]

    assert {one["integrity"] for one in events} == {"intact"}
    assert [one["action"] for one in events if one["names"] == ["A"]] == [
        "secret.delete",
        "secret.create",
    ]


@pytest.mark.parametrize("token", ["wrong", f"px_default-{'0' * 16}_{'0' * 64}"])
def test_a_peer_refuses_a_wrong_token(peer: Peer, token: str) -> None:
    """Whether or not it has the form of a token, and nothing is written."""
    headers = {"Authorization": f"Bearer {token}"}
    refused = [
        peer.client.get("/secrets", headers=headers),
        peer.client.post("/secrets", json={"name": "A", "value": VALUE}, headers=headers),
        peer.client.post("/reads", json={"names": ["A"]}, headers=headers),
    ]

    assert [one.status_code for one in refused] == [401, 401, 401]
    assert peer.client.get("/secrets").json()["count"] == 0


def test_a_peer_opens_what_it_reads(peer: Peer) -> None:
    """What stands beside `secrets.get` in the table is a real read."""
    peer.client.post("/secrets", json={"name": "A", "value": VALUE})
    headers = {"Authorization": f"Bearer {TOKEN}"}
    read = peer.client.post("/reads", json={"names": ["A"]}, headers=headers)
    missing = peer.client.post("/reads", json={"names": ["B"]}, headers=headers)

    assert read.json()["each"] >= 0
    assert missing.status_code == 500


def _rows(peer: Peer) -> dict[str, list[tuple[object, ...]]]:
    """Of the one object of the peer on SQLite, by table."""
    [path] = [path for path in peer.folder.glob("v3/do/*/*.sqlite") if path.stem != "metadata"]
    with closing(sqlite3.connect(path, timeout=10)) as database:
        tables = ("states", "versions", "events", "outbox", "published")
        return {
            name: database.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - ours
            for name in tables
        }


@pytest.mark.parametrize("peer", [ON_SQLITE], indirect=True)
def test_the_peer_on_sqlite_writes_the_rows_that_ours_does(peer: Peer) -> None:
    """State, version, chained event and outbox at once; then the copy in KV, and its row."""
    peer.client.post("/secrets", json={"name": "A", "value": VALUE})
    peer.client.post("/secrets", json={"name": "A", "value": VALUE})
    Copies(peer.folder).wait()
    rows = _rows(peer)
    [state], [version] = rows["states"], rows["versions"]
    events = [json.loads(str(row[-1])) for row in rows["events"]]
    digests = ["", *(hashlib.sha256(str(row[-1]).encode()).hexdigest() for row in rows["events"])]
    copies = KvFiles(peer.folder).read("default/")

    assert (state[:2], version[:2]) == (("A", 2), ("A", 2))
    assert [event["previous"] for event in events] == digests[:-1]
    assert [row[:1] + row[2:3] for row in rows["published"]] == [("A", 2)]
    assert copies["default/secret/A"].value == version[-1]
    assert rows["outbox"] == []
