"""A project that is exported, loses its ledger's storage, and is imported: on the real Worker."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from px.project.workspace import Workspace
from support.px_process import Px
from support.schemas import conforms
from support.stored import local_worker
from worker.assembly import assemble_project
from worker.main_worker import MainWorker, ProjectApi, Secrets

MANY = {f"N{number:03}": f"value {number}" for number in range(300)}


class Losing:
    """A Worker of this test alone, its project `shop`, and px beside it."""

    def __init__(self, project: Workspace, folder: Path) -> None:
        self.secrets, self.folder = Secrets(), folder
        config = assemble_project(folder, self.secrets.variables)
        self.worker = local_worker(project, config, folder)

    @contextmanager
    def running(self) -> Iterator[tuple[ProjectApi, Px]]:
        """Until the Worker is stopped."""
        self.worker.start()
        try:
            with httpx.Client(base_url=self.worker.url, timeout=60, trust_env=False) as client:
                main = MainWorker(client, self.secrets, self.worker.persist, self.worker.log_path)
                api = ProjectApi(main, "shop")
                yield api, Px(self.folder, api.px_environment)
        finally:
            self.worker.stop()


@pytest.fixture
def losing(project: Workspace, tmp_path: Path) -> Losing:
    return Losing(project, tmp_path)


def _token(api: ProjectApi, name: str) -> dict[str, str]:
    answer = api.call("POST", "/tokens", json={"name": name, "role": "writer"})
    return {key: str(answer.json()[key]) for key in ("id", "token")}


def _status(api: ProjectApi, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return api.worker.client.get("/secrets", headers=headers).status_code


def _secrets(api: ProjectApi) -> list[object]:
    pages = api.pages("/secrets", "secrets", 1000)
    return [(one["name"], one["createdAt"], one["updatedAt"]) for page in pages for one in page]


def test_a_lost_ledger_comes_back(losing: Losing) -> None:
    """Secrets open, history and chain verify, tokens are as they were; KV was emptied too."""
    with losing.running() as (api, px):
        api.bulk(MANY).raise_for_status()
        for value in ("first", "second"):
            api.put("A", value).raise_for_status()
        api.put("GONE", "deleted").raise_for_status()
        api.call("DELETE", "/secrets/GONE").raise_for_status()
        api.call("POST", "/grants", json={"as": "checkout", "read": ["A"]}).raise_for_status()
        good, revoked = _token(api, "ci"), _token(api, "old")
        api.call("DELETE", f"/tokens/{revoked['id']}").raise_for_status()
        exported = px.run("project", "export", "shop.pxexport", "--json")
        again = px.run("project", "export", "shop.pxexport")
        doctor = px.run("doctor", "--json")
        before, values = _secrets(api), api.kept_values()
        refused = px.run("project", "import", "shop.pxexport")
        api.names()
        for key in api.worker.kv.keys("shop/"):
            api.worker.kv.delete(key)
    file = losing.folder / "shop.pxexport"
    api.worker.ledgers.lose("shop")
    with losing.running() as (api, px):
        lost = _status(api, good["token"])
        file.write_text(file.read_text().replace('"kind":"secret"', '"kind":"secreT"', 1))
        changed = px.run("project", "import", "shop.pxexport")
        file.write_text(file.read_text().replace('"kind":"secreT"', '"kind":"secret"', 1))
        imported = px.run("project", "import", "shop.pxexport", "--json")
        verified = px.run("audit", "verify", "--json")
        api.put("GONE", "again").raise_for_status()
        api.put("A", "third").raise_for_status()
        after = _secrets(api)

        assert (exported.returncode, exported.stderr) == (0, "")
        conforms("project export", json.loads(exported.stdout))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "second" not in file.read_text()
        assert (again.returncode, "exists already" in again.stderr) == (2, True)
        checks = {one["check"]: one for one in json.loads(doctor.stdout)["checks"]}
        assert "less than a day ago" in checks["backup"]["message"]
        assert (refused.returncode, "not empty" in refused.stderr) == (1, True)
        assert lost == 401
        assert (changed.returncode, "changed, cut" in changed.stderr) == (1, True)
        assert (imported.returncode, imported.stderr) == (0, "")
        conforms("project import", json.loads(imported.stdout))
        assert json.loads(exported.stdout)["grants"] == json.loads(imported.stdout)["grants"] == 1
        assert verified.returncode == 0, verified.stdout
        assert [one for one in after if one[0] not in ("A", "GONE")] == [  # type: ignore[index]
            one
            for one in before
            if one[0] != "A"  # type: ignore[index]
        ]
        assert {**values, "A": "third", "GONE": "again"} == api.kept_values()
        assert (_status(api, good["token"]), _status(api, revoked["token"])) == (200, 401)
        api.names()
        assert api.open_on_cpython("N001") == b"value 1", "its copy in KV is there again"


def test_an_interrupted_import(losing: Losing) -> None:
    """It is said, also after a restart, and the same file continues."""
    with losing.running() as (api, px):
        api.bulk(MANY).raise_for_status()
        assert px.run("project", "export", "shop.pxexport").returncode == 0
    api.worker.ledgers.lose("shop")
    text = (losing.folder / "shop.pxexport").read_text()
    header, *lines = text.splitlines()
    ends = [number for number, line in enumerate(lines) if line.startswith('{"page":')]
    pages = [
        "\n".join(lines[start + 1 : end + 1]) for start, end in zip((-1, *ends), ends, strict=False)
    ]
    with losing.running() as (api, px):
        ticket: dict[str, str] = {}
        for page in pages:
            body = {"header": header, "page": page, **ticket}
            checked = api.call("POST", "/project/import/check", json=body).json()
            ticket = {"ticket": checked["ticket"]}
        body = {"header": header, "page": pages[0], **ticket}
        step = api.call("POST", "/project/import", json=body).json()
    with losing.running() as (api, px):
        refused = px.run("secret", "list")
        finished = px.run("project", "import", "shop.pxexport")

        assert len(pages) > 1
        assert step == {"state": "importing", "next": 1}
        assert (refused.returncode, "px project import" in refused.stderr) == (5, True)
        assert finished.returncode == 0
        assert api.kept_values() == MANY
        assert px.run("audit", "verify").returncode == 0
