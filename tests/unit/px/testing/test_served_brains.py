"""Brains on TestDevServer: the same calls, over HTTP, without a Worker."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx

from positronic.brains import BrainSecrets, brain
from px.testing.dev_server import TestDevServer
from support.waiting import wait_until

State = dict[str, Any]


def test_a_run_is_watched_live_and_a_watcher_may_leave() -> None:
    """Events come while the run goes on; one who leaves is let go, and the run ends as it would."""
    go_on = threading.Event()

    async def wait(state: State) -> State:
        await asyncio.to_thread(go_on.wait)
        return state

    async def read(state: State, secrets: BrainSecrets) -> State:
        return {**state, "key": await secrets.get("KEY")}

    waiting = brain("waiting").step("Wait", wait).step("Read", read)
    with TestDevServer(brains=[waiting]) as server:
        server.seed({"KEY": "value-of-the-key"})
        headers = {"Authorization": f"Bearer {server.token}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
            started = client.post("/brains/runs", json={"identifier": "waiting"}).json()
            address = f"/brains/runs/{started['brainRunId']}"
            with client.stream("GET", f"{address}/watch") as answer:
                seen = next(line for line in answer.iter_lines() if line == "id: 4")
            status = client.get(address).json()["status"]
            go_on.set()
            told = client.get(f"{address}/watch").text
            ended = client.get(address).json()

    assert (seen, status) == ("id: 4", "running")
    assert (ended["status"], ended["state"]) == ("complete", {"key": "[secret:KEY]"})
    assert "value-of-the-key" not in told


def test_a_reset_server_has_its_brains_and_no_run() -> None:
    """What is served stays; what was run is forgotten."""
    with TestDevServer(brains=[brain("one").step("One", lambda state: state)]) as server:
        headers = {"Authorization": f"Bearer {server.token}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
            run_id = client.post("/brains/runs", json={"identifier": "one"}).json()["brainRunId"]
            wait_until(lambda: client.get(f"/brains/runs/{run_id}").status_code == 200, "the run")
            server.reset()
            found = client.get(f"/brains/runs/{run_id}")
            brains = client.get("/brains").json()["count"]

    assert (found.status_code, brains) == (404, 1)
