"""A Worker that loses a ledger or its KV, or is stopped while it adopts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from px.local.server import LocalWorker
from px.project.workspace import Workspace
from support.stored import local_worker
from worker.assembly import assemble_project
from worker.main_worker import MainWorker, ProjectApi, Secrets
from worker.old_project import GENUINE, OldProject

MANY = 230  # more than two steps bring


@dataclass(frozen=True, slots=True)
class Restarting:
    """A Worker of this test alone."""

    worker: LocalWorker
    secrets: Secrets

    @contextmanager
    def running(self) -> Iterator[OldProject]:
        """Its project, until the Worker is stopped."""
        self.worker.start()
        try:
            with httpx.Client(base_url=self.worker.url, timeout=60, trust_env=False) as client:
                main = MainWorker(client, self.secrets, self.worker.persist, self.worker.log_path)
                yield OldProject(ProjectApi(main, "shop"))
        finally:
            self.worker.stop()


@pytest.fixture
def restarting(project: Workspace, tmp_path: Path) -> Restarting:
    secrets = Secrets()
    config = assemble_project(tmp_path, secrets.variables)
    return Restarting(local_worker(project, config, tmp_path), secrets)


def _make_kv(there: OldProject) -> None:
    """KV's files are made by its first key."""
    other = ProjectApi(there.api.worker, "other")
    other.put("OTHER", "value").raise_for_status()
    other.names()


def test_a_lost_ledger(restarting: Restarting) -> None:
    """Its secrets come back from KV; no token and no event does, whatever KV has by then."""
    with restarting.running() as before:
        _make_kv(before)
        before.fill()
        assert before.adopt()["afterLoss"] is False
        before.api.names()
    before.api.worker.ledgers.lose("shop")
    with restarting.running() as after:
        for name in ("token", "first"):
            after.write(before.entries[name])
        refused = after.api.put("NEW", "value")
        account = after.adopt()

        assert (refused.status_code, refused.json()["code"]) == (503, "adopting")
        assert account["afterLoss"] is True
        assert after.api.kept_values() == GENUINE
        assert after.tokens() == set()
        assert after.verdicts() == ["intact"], "the adoption's own event"


def test_a_lost_kv(restarting: Restarting) -> None:
    """A repair writes every copy again, from the ledger alone."""
    with restarting.running() as there:
        _make_kv(there)
        there.fill()
        there.adopt()
        there.api.names()
        for key in there.api.worker.kv.keys("shop/"):
            there.api.worker.kv.delete(key)
        assert there.api.call("POST", "/project/repair").json() == {"due": 2}

        there.api.names()
        for name, value in GENUINE.items():
            assert there.api.open_on_cpython(name) == value.encode()


def test_stopped_in_the_middle(restarting: Restarting) -> None:
    """The adoption continues after a restart, and brings everything once."""
    values = {f"N{number:03}": f"value {number}" for number in range(MANY)}
    with restarting.running() as there:
        _make_kv(there)
        there.fill()
        for name, value in values.items():
            there.write(there.secret(name, value))
        steps = [there.step() for _ in range(2)]
    with restarting.running() as there:
        account = there.adopt()

    assert [one["state"] for one in steps] == ["adopting"] * 2
    assert (account["secrets"], account["tokens"], account["events"]) == (MANY + 2, 1, 2)
    assert there.api.kept_values() == GENUINE | values
