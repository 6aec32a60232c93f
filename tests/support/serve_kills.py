"""A host under load that is killed and started again, and what has to be true afterwards."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from positronic.ciphers.native import NativeCipher
from positronic.names import Project
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from px.local.port import free_port
from px.serve.ledgers import LedgerFiles
from px.testing.ledger_contents import opened
from support import hosting
from support.hosting import Hosted, hosted
from support.serve_load import ServeLoad

PROJECT: Final = Project("default")


@contextmanager
def killed_again_and_again(
    folder: Path, kills: int, until: Callable[[ServeLoad], None], seed: int
) -> Iterator[tuple[ServeLoad, Hosted]]:
    """The load, when it has ended, and the last host, which still runs.

    `until`: waits for the moment of a kill.
    """
    token, port = hosting.init(folder), free_port()
    load = ServeLoad(f"http://127.0.0.1:{port}", token, seed)
    with load:
        for _ in range(kills):
            with hosted(folder, port=port) as host:
                until(load)
                host.kill()
        with hosted(folder, port=port) as host:
            until(load)
            load.end()
            yield load, host


def check(load: ServeLoad, host: Hosted, folder: Path) -> None:
    """What was acknowledged is there, as it was acknowledged, and nothing else."""
    assert load.odd == []
    with _client(host) as client:
        events = _events(client)
        listed = {one["name"] for one in _pages(client, "/secrets", "secrets")}
    assert {one["integrity"] for one in events} == {"intact"}
    assert listed == load.values.keys()
    assert kept_values(folder) == load.values


def kept_values(folder: Path) -> dict[str, str]:
    """What the ledger's file has, opened with the key of the data folder."""
    keys = (folder / "px-data" / "master-keys").read_text().strip()
    sealer = Sealer(PROJECT, NativeCipher(), Keyring(keys), os.urandom)
    return asyncio.run(opened(LedgerFiles(folder / "px-data" / "ledgers")(PROJECT), sealer))


def _client(host: Hosted) -> httpx.Client:
    headers = {"Authorization": f"Bearer {host.token}"}
    return httpx.Client(base_url=host.url, headers=headers, trust_env=False, timeout=60)


def _events(client: httpx.Client) -> list[dict[str, Any]]:
    return list(_pages(client, "/audit", "events"))


def _pages(client: httpx.Client, path: str, field: str) -> Iterator[dict[str, Any]]:
    cursor: dict[str, str] = {}
    while True:
        found = client.get(path, params={"limit": "1000", **cursor}).raise_for_status().json()
        yield from found[field]
        if not found.get("cursor"):
            return
        cursor = {"cursor": found["cursor"]}
