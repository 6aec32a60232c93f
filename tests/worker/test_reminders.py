"""Reminders from the real Worker: its schedule is triggered, and a receiver verifies them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
import pytest

from positronic.times import iso
from px.project.workspace import Workspace
from support.receiver import Receiver, receiving
from support.stored import local_worker
from support.waiting import wait_until
from worker.assembly import assemble_project
from worker.local_project import run_px_dev
from worker.main_worker import DATE, MainWorker, ProjectApi, Secrets

SECRET = "receiver-secret-of-these-tests-0123456789"
TRIGGER = "/cdn-cgi/handler/scheduled"
AT_MOST = 90  # seconds that one of these tests takes

_numbers = count()


@dataclass(frozen=True, slots=True)
class Hooked:
    """A Worker whose reminders go to the receiver."""

    worker: MainWorker
    receiver: Receiver

    def project(self, *names: str) -> ProjectApi:
        """A new one, with these names expired."""
        api = ProjectApi(self.worker, f"p{next(_numbers)}")
        for name in names:
            expire(api, name)
        return api

    def ring(self) -> None:
        """As Cloudflare does at the times of wrangler.toml."""
        answer = self.worker.client.get(TRIGGER, params={"cron": "17 * * * *"})
        assert (answer.status_code, answer.text) == (200, "ok")

    def sent(self, api: ProjectApi) -> list[str]:
        """The names that the receiver took for this project, in order."""
        taken = [one for one in self.receiver.taken if one["project"] == api.project]
        return [due["name"] for one in taken for due in one["due"]]

    def yesterday(self, api: ProjectApi) -> None:
        """As if the last reminders were a day older."""
        for name, text in self.worker.ledgers.rows(api.project, "reminder").items():
            sent = json.loads(text)["sent"] - 1
            fields = json.dumps({"sent": sent, "claim": None, "until": None})
            self.worker.ledgers.write(api.project, "reminder", name, fields, sent)


@pytest.fixture(scope="module")
def hooked(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    folder, secrets = tmp_path_factory.mktemp("hooked"), Secrets()
    with receiving(SECRET) as receiver:
        settings = {"REMINDER_URL": receiver.url, "REMINDER_SECRET": SECRET}
        config = assemble_project(folder, {**secrets.variables, **settings})
        worker = local_worker(project, config, folder)
        with (
            worker,
            httpx.Client(base_url=worker.url, timeout=120, trust_env=False) as client,
        ):
            yield Hooked(MainWorker(client, secrets, worker.persist, worker.log_path), receiver)


@pytest.fixture(autouse=True)
def up(hooked: Hooked) -> None:
    """The receiver takes what comes, and has taken nothing yet; the day does not end meanwhile."""
    left = AT_MOST + 1
    wait_until(lambda: time.time() % 86_400 < 86_400 - AT_MOST, "a new day", left)
    hooked.receiver.status = 204
    hooked.ring()
    hooked.receiver.taken.clear()


def expire(api: ProjectApi, name: str) -> None:
    api.put(name, f"value of {name}").raise_for_status()
    api.call("PATCH", f"/secrets/{name}", json={"expiresAt": iso(DATE)}).raise_for_status()


def test_each_due_name_is_sent_once_a_day(hooked: Hooked) -> None:
    """The receiver verified every message, and none has a value."""
    api = hooked.project("A", "B")
    api.put("NOT_DUE", "value of NOT_DUE")
    for _ in range(3):
        hooked.ring()
    first = hooked.sent(api)
    hooked.yesterday(api)
    for _ in range(2):
        hooked.ring()

    assert first == ["A", "B"]
    assert hooked.sent(api) == ["A", "B", "A", "B"]
    assert hooked.receiver.forged == 0
    assert "value of" not in "".join(hooked.receiver.texts)


@pytest.mark.parametrize("status", [500, 302, 0])
def test_a_receiver_that_is_down_misses_none(hooked: Hooked, status: int) -> None:
    """Nor is a redirect followed: neither there nor with another method."""
    api = hooked.project("A")
    hooked.receiver.status = status
    for _ in range(2):
        hooked.ring()
    expire(api, "B")
    hooked.receiver.status = 204
    for _ in range(2):
        hooked.ring()

    assert hooked.sent(api) == ["A", "B"]
    assert hooked.receiver.followed == 0


def test_the_log_says_it_without_the_address(hooked: Hooked) -> None:
    """For the operator: how many were sent, or why not."""
    api = hooked.project("A")
    hooked.receiver.status = 500
    hooked.ring()
    hooked.receiver.status = 204
    hooked.ring()
    sent = f"reminders of {api.project}: 1 sent"
    wait_until(lambda: sent in hooked.worker.log.read_text(), "the log's line")
    log = hooked.worker.log.read_text()

    failed = f"reminders of {api.project}: the webhook answered 500; the next run sends them again"
    assert failed in log
    assert hooked.receiver.url not in log
    assert SECRET not in log


def test_the_time_is_that_of_sending(hooked: Hooked) -> None:
    """A receiver can refuse an old message."""
    hooked.project("A")
    hooked.ring()
    (message,) = hooked.receiver.taken

    assert message["sentAt"].startswith(message["day"])


def test_two_runs_at_once_send_it_once(hooked: Hooked) -> None:
    """Whichever project each begins with."""
    apis = [hooked.project("A") for _ in range(3)]
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(hooked.ring) for _ in range(4)]:
            done.result()

    assert [hooked.sent(api) for api in apis] == [["A"]] * 3


def test_px_dev_sends_where_dev_vars_says(project: Workspace, tmp_path: Path) -> None:
    """When the schedule is triggered as docs/operations.md says."""
    with receiving(SECRET) as receiver:

        def prepare(scratch: Workspace) -> None:
            lines = f'REMINDER_URL="{receiver.url}"\nREMINDER_SECRET="{SECRET}"\n'
            scratch.dev_vars.touch(mode=0o600)
            scratch.dev_vars.write_text(lines)

        with run_px_dev(project, tmp_path, prepare) as local:
            known = json.loads((local.project.private / "local.json").read_text())
            headers = {"Authorization": f"Bearer {known['token']}"}
            with httpx.Client(base_url=known["url"], timeout=60, trust_env=False) as client:
                local.px.run("secret", "create", "KEY", "--stdin", stdin=b"value of KEY")
                sent = {"expiresAt": iso(DATE)}
                changed = client.patch("/secrets/KEY", json=sent, headers=headers)
                answer = client.get(TRIGGER)

    assert changed.status_code == 200, changed.text
    assert answer.text == "ok"
    assert [one["project"] for one in receiver.taken] == ["default"]
    assert receiver.names == {"KEY": 1}
