"""A host's upkeep with its real parts: ledgers in files, settings that change, and runs."""

from __future__ import annotations

import asyncio
import io
import os
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from positronic.access.tokens import mint_root, root_hash
from positronic.api.service import Settings
from positronic.errors import NotConfigured, StoreFailed
from positronic.names import Project
from positronic.runs.record import RunRecord, new_id
from px.serve.edge import Edge
from px.serve.host import Host
from px.serve.ledgers import LedgerFiles
from px.serve.log import HostLog
from px.serve.run_file import FILE, FileRunLog, RunFile
from px.serve.upkeep import HOUR

DAY = 24 * HOUR


def host_of(folder: Path, settings: Callable[[], Settings], runs: RunFile | None = None) -> Host:
    return Host(settings, LedgerFiles(folder), Edge(), HostLog(io.StringIO()), runs=runs)


def test_settings_that_always_change_hold_up_nobody(tmp_path: Path) -> None:
    """Neither a request nor a signal: each round leaves time for others."""
    asked = []

    def settings() -> Settings:
        asked.append(1)
        if len(asked) > 100:  # or a loop that never lets others in would never end
            raise StoreFailed("asked again and again")
        return Settings("", "", "shop")

    async def others() -> None:
        upkeep = asyncio.ensure_future(host_of(tmp_path, settings).upkeep.run())
        for _ in range(10):
            await asyncio.sleep(0)
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)

    asyncio.run(others())
    assert len(asked) < 10


def test_no_run_is_trimmed_without_its_settings(tmp_path: Path) -> None:
    """How long it is kept is not known then; the usual time is not a host's own."""
    key = f"k1:{b64encode(bytes(32)).decode()}"
    root = root_hash(mint_root(os.urandom))
    now = [Settings("", "", "shop")]
    runs = RunFile(tmp_path / FILE, lambda: 1000 * DAY, os.urandom)
    ended = RunRecord(Project("shop"), new_id(os.urandom), "a", 0, "r", None, completed_at=DAY)
    FileRunLog(runs._file, f"shop/{ended.id}").save(ended)
    host = host_of(tmp_path, lambda: now[0], runs)

    async def swept(settings: Settings) -> int:
        now[0] = settings
        with suppress(NotConfigured):
            await host.upkeep.sweep(Project("shop"))
        return len(runs._file.run("SELECT id FROM runs"))

    assert asyncio.run(swept(now[0])) == 1
    assert asyncio.run(swept(Settings(key, root, "shop"))) == 0


def test_a_broken_ledger_stops_no_host(tmp_path: Path) -> None:
    """It is reported; the host starts, and looks after the others."""
    (tmp_path / "broken.sqlite").write_bytes(b"no database" * 1000)
    (tmp_path / "folder.sqlite").mkdir()
    key = f"k1:{b64encode(bytes(32)).decode()}"
    settings = Settings(key, root_hash(mint_root(os.urandom)), "shop")
    with (tmp_path / "log").open("a") as stream:
        log = HostLog(stream)
        host = Host(lambda: settings, LedgerFiles(tmp_path), Edge(), log)
        host.run_brains()
        asyncio.run(host.upkeep.round())

    told = (tmp_path / "log").read_text()
    assert told.count("the ledger of broken: store_failed") == 2
    assert told.count("the ledger of folder: store_failed") == 2


def test_a_hosts_own_upkeep(tmp_path: Path) -> None:
    """With a real ledger: a deleted secret goes when its time is over, and nothing is reported."""
    token, now = mint_root(os.urandom), [DAY]
    key = f"k1:{b64encode(bytes(32)).decode()}"
    settings, files = Settings(key, root_hash(token), "shop"), LedgerFiles(tmp_path / "ledgers")
    files.folder.mkdir()

    async def all_of_it(log: HostLog) -> None:
        host = Host(lambda: settings, files, Edge(), log, lambda: now[0])
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(host),
            base_url="http://127.0.0.1",
            headers={"Authorization": f"Bearer {token}"},
        ) as client:
            (await client.post("/secrets", json={"name": "A", "value": "x"})).raise_for_status()
            (await client.delete("/secrets/A")).raise_for_status()
            found = [await _deleted(client)]
            for days in (1, 40):
                now[0] += days * DAY
                await host.upkeep.round()
                found.append(await _deleted(client))
        assert found == [1, 1, 0]

    with (tmp_path / "log").open("a") as stream:
        asyncio.run(all_of_it(HostLog(stream)))
    assert "error" not in (tmp_path / "log").read_text()


async def _deleted(client: httpx.AsyncClient) -> object:
    return (await client.get("/secrets", params={"deleted": "true"})).json()["count"]
