"""A run in the real Worker whose ledger cannot be reached reads the copy in KV, and says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from px.project.workspace import Workspace
from support.px_process import Px
from support.stored import local_worker, store
from support.waiting import wait_until
from worker.assembly import assemble_project
from worker.brain_worker import Brains
from worker.kv_files import Entry
from worker.main_worker import MainWorker, ProjectApi, Secrets

VALUE = "value-of-the-key-4711"
BRAIN = """
from positronic import brain

async def read(state, secrets):
    return {"length": len(await secrets.get("KEY"))}

reader = brain("reader").step("Read", read)
"""


@contextmanager
def served(project: Workspace, folder: Path, fallback: str) -> Iterator[Brains]:
    """A Worker that can lose sight of its ledgers, with KEY in KV."""
    secrets = Secrets()
    config = assemble_project(folder, {**secrets.variables, "FALLBACK": fallback})
    (folder / "worker" / "brains" / "reader.py").write_text(BRAIN)
    shutil.copy(Path(__file__).with_name("ledger_out_of_reach.py"), folder / "worker" / "entry.py")
    store(project, config)
    worker = local_worker(project, config, folder)
    with worker, httpx.Client(base_url=worker.url, timeout=120, trust_env=False) as client:
        main = MainWorker(client, secrets, worker.persist, worker.log_path)
        api = ProjectApi(main, "shop")
        assert api.put("KEY", VALUE).status_code == 201
        main.ledgers.wait_for_copies("shop")
        yield Brains(api)


def set_down(brains: Brains, is_down: bool) -> None:
    brains.api.worker.kv.write("test/down", "1" if is_down else "")


def reads(brains: Brains) -> list[dict[str, object]]:
    events = brains.api.call("GET", "/audit").json()["events"]
    return [event for event in events if event["action"] == "brain.read"]


def uses(brains: Brains) -> list[dict[str, object]]:
    found: list[dict[str, object]] = brains.api.call("GET", "/secrets/KEY/uses").json()["uses"]
    return found


def test_the_copy_is_read_and_settled_later(project: Workspace, tmp_path: Path) -> None:
    """The run completes; its events, px and, once the ledger answers, the audit log say it."""
    with served(project, tmp_path / "worker", "on") as brains:
        set_down(brains, True)
        run_id = brains.start("reader")
        watched, found = brains.watch(run_id), brains.look(run_id)
        px = Px(tmp_path, brains.api.px_environment)
        told = px.run("brain", "status", run_id).stdout
        before = reads(brains)
        set_down(brains, False)
        uses_before = uses(brains)
        brains.look(run_id)
        brains.look(run_id)
        (event,) = reads(brains)

        assert found["status"] == "complete"
        assert found["state"] == {"length": len(VALUE)}
        assert found["fromCopy"] == {"KEY": 1}
        assert [one["fromCopy"] for one in watched.events if "fromCopy" in one] == [{"KEY": 1}]
        assert "copies\tKEY (version 1)\n" in told
        assert before == uses_before == []
        assert [(one["version"], one["reads"]) for one in uses(brains)] == [(1, 1)]
        assert event["names"] == ["KEY"]
        assert event["integrity"] == "intact"
        assert VALUE not in brains.api.worker.log.read_text()


def test_a_damaged_or_missing_copy_is_not_read(project: Workspace, tmp_path: Path) -> None:
    """What does not open is no value; without a copy the error says so. Off forbids copies."""
    with served(project, tmp_path / "on", "on") as brains:
        entry = brains.api.stored("KEY")
        set_down(brains, True)
        brains.api.plant_in_kv("KEY", Entry(entry.value[:-4], entry.metadata))
        damaged = brains.ran("reader")
        brains.api.worker.kv.delete(brains.api.key("KEY"))
        missing = brains.ran("reader")

        assert "cannot be opened" in damaged["error"]["message"]
        assert "there is no copy of KEY" in missing["error"]["message"]
    with served(project, tmp_path / "off", "off") as brains:
        set_down(brains, True)
        refused = brains.ran("reader")

        assert refused["status"] == "error"
        assert "FALLBACK" in refused["error"]["message"]
        assert reads(brains) == []


def test_what_a_policy_refuses_after_its_end_has_no_copy(
    project: Workspace, tmp_path: Path
) -> None:
    """So the copy that KV had cannot be read either; without `enforce` a run only says it."""
    with served(project, tmp_path / "worker", "on") as brains:
        px = Px(tmp_path, brains.api.px_environment)
        policy = ("secret", "policy", "KEY", "--expires", "2001-02-03")
        assert px.run(*policy).returncode == 0
        due = px.run("secret", "due")
        warned = brains.watch(brains.start("reader"))
        assert px.run(*policy, "--enforce").returncode == 0
        refused = brains.ran("reader")
        wait_until(lambda: not brains.api.worker.kv.keys(brains.api.key("KEY")), "no copy")
        set_down(brains, True)
        out_of_reach = brains.ran("reader")

        assert (due.returncode, due.stdout) == (1, "KEY\t2001-02-03T00:00:00.000Z\texpires\t\n")
        expired = [one["expired"] for one in warned.events if "expired" in one]
        assert expired == [{"KEY": "2001-02-03T00:00:00.000Z"}]
        assert "has expired: KEY" in brains.api.worker.log.read_text()
        assert refused["error"]["name"] == "SecretExpired"
        assert out_of_reach["status"] == "error"
        assert "there is no copy of KEY" in out_of_reach["error"]["message"]
        assert VALUE not in brains.api.worker.log.read_text()
