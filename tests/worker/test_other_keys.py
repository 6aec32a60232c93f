"""The same storage under a Worker with other master keys."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import httpx

from px.project.workspace import Workspace
from support.stored import local_worker
from worker.assembly import assemble_project
from worker.main_worker import MainWorker, ProjectApi, Secrets, fresh_keys


def test_after_a_restart_with_other_keys(
    api: ProjectApi, project: Workspace, tmp_path: Path
) -> None:
    """A lost key is `unknown_key`, a wrong one `corrupt_record`, a kept one opens; nothing is
    lost from the list."""
    kept, lost = api.worker.secrets.keys, fresh_keys("lost")
    wrong = fresh_keys("wrong")
    api.put("KEPT", "value")
    api.plant("LOST", api.seal_on_cpython("LOST", "value", lost))
    api.plant("WRONG", api.seal_on_cpython("WRONG", "value", wrong))
    secrets = Secrets(f"{fresh_keys('new')},{kept},{fresh_keys('wrong')}", api.worker.secrets.token)
    shutil.copytree(api.worker.state, tmp_path / "state")
    config = assemble_project(tmp_path, secrets.variables)
    worker = local_worker(project, config, tmp_path)
    with worker, httpx.Client(base_url=worker.url, timeout=60, trust_env=False) as client:
        restarted = replace(
            api, worker=MainWorker(client, secrets, worker.persist, worker.log_path)
        )
        answers = {name: restarted.exists(name).json() for name in ("KEPT", "LOST", "WRONG")}
        count = restarted.call("GET", "/secrets").json()["count"]
        restarted.put("KEPT", "resealed")
        key_id = restarted.stored("KEPT").metadata["keyId"]

    assert answers["KEPT"] == {"exists": True, "opens": True}
    assert answers["LOST"]["code"] == "unknown_key"
    assert "'lost'" in answers["LOST"]["error"]
    assert answers["WRONG"]["code"] == "corrupt_record"
    assert count == 3
    assert key_id == "new"
