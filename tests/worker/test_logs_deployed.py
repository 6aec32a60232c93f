"""`px logs --follow` of a deployed Worker: the pinned wrangler against a stand-in of Cloudflare."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from px.local.process_group import group_is_alive
from px.tools.place import cache_folder
from support.cloudflare import Cloudflare, Fault, asks
from support.cloudflare_account import ACCOUNT, Account, Worker
from support.px_process import PX
from support.schemas import conforms
from support.started import started
from support.tails import Tails
from support.template_project import write_project
from support.waiting import wait_until

TOKEN = secrets.token_urlsafe(30)
REQUEST = {
    "url": "https://shop.acme.workers.dev/secrets/CANARY_NAME?CANARY_QUERY=1",
    "method": "POST",
    "headers": {"authorization": "CANARY_HEADER", "cf-connecting-ip": "CANARY_ADDRESS"},
    "cf": {"city": "CANARY_CITY"},
    "body": "CANARY_BODY",
}


THROWN = {
    "name": "ValueError",
    "message": f"no {TOKEN}",
    "stack": "CANARY_STACK",
    "timestamp": 1_800_000_000_001,
}


def event(*logs: object, **more: Any) -> dict[str, object]:  # noqa: ANN401 - JSON
    """As Cloudflare sends one, with canaries wherever a request may be."""
    return {
        "outcome": "ok",
        "scriptName": "CANARY_SCRIPT",
        "eventTimestamp": 1_800_000_000_500,
        "event": {"request": REQUEST, "response": {"status": 201}},
        "diagnosticsChannelEvents": [{"channel": "CANARY_CHANNEL", "message": "CANARY_MESSAGE"}],
        "logs": list(logs),
        "exceptions": [],
        **more,
    }


def line(message: object, level: str = "log", time: int = 1_800_000_000_000) -> dict[str, object]:
    return {"message": [message], "level": level, "timestamp": time}


@dataclass
class Deployed:
    """A project with credentials, and the account in which its Worker is."""

    folder: Path
    cloudflare: Cloudflare

    @property
    def tails(self) -> Tails:
        return self.cloudflare.account.tails

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "XDG_CACHE_HOME": str(cache_folder().parent),
            "CLOUDFLARE_API_BASE_URL": self.cloudflare.url,
        }

    @contextmanager
    def following(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """px, once Cloudflare has its connection."""
        command: list[str | Path] = [PX, "logs", "--remote", "--follow", *words]
        with started(command, cwd=self.folder, env=self.environment) as process:
            self.tails.wait()
            yield process

    def attempt(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PX, "logs", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Deployed]:
    write_project(tmp_path)
    (tmp_path / ".env.deploy").touch(mode=0o600)
    (tmp_path / ".env.deploy").write_text(
        f"CLOUDFLARE_API_TOKEN={TOKEN}\nCLOUDFLARE_ACCOUNT_ID={ACCOUNT}\n"
    )
    with Cloudflare(Account(TOKEN, workers={"shop": Worker()})) as cloudflare:
        yield Deployed(tmp_path, cloudflare)


def read_lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout
    return [process.stdout.readline().rstrip("\n") for _ in range(count)]


def test_what_arrives_is_shown_and_a_stop_ends_wrangler_too(deployed: Deployed) -> None:
    """Nothing of a request; then, though nobody reads on, all of it ends and Cloudflare is told."""
    with deployed.following("--json") as process:
        (group,) = children(process.pid)
        deployed.tails.send(event(line("first"), line({"a": 1}, "warn"), exceptions=[THROWN]))
        found = [json.loads(one) for one in read_lines(process, 3)]
        deployed.tails.send(*(event(line("y" * 3_000)) for _ in range(200)))
        wait_until(lambda: is_blocked(process.pid), "a full pipe")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=200)

        assert process.returncode == 130
        assert not group_is_alive(group)
        assert deployed.tails.open == []

    for document in found:
        conforms("logs", document)
    assert [one["message"] for one in found] == ["first", '{"a": 1}', "no [redacted]"]
    assert [one["level"] for one in found] == ["log", "warn", "error"]
    assert found[0]["time"] == "2027-01-15T08:00:00.000Z"
    assert found[2]["exception"] == "ValueError"
    assert "CANARY" not in json.dumps(found)


def test_a_killed_px_leaves_no_wrangler(deployed: Deployed) -> None:
    """It notices that its pipe to px is gone."""
    with deployed.following() as process:
        (group,) = children(process.pid)
        process.kill()
        process.wait()

        wait_until(lambda: not group_is_alive(group), "the end of wrangler")


def test_a_reader_that_leaves_ends_it(deployed: Deployed) -> None:
    with deployed.following() as process:
        assert process.stdout
        process.stdout.close()
        deployed.tails.send(event(line("nobody reads this")))

        assert process.wait(timeout=200) == 0
        assert deployed.tails.open == []


def test_a_connection_that_cloudflare_ends_is_an_error(deployed: Deployed) -> None:
    with deployed.following("--json") as process:
        deployed.tails.end()
        err = process.communicate(timeout=200)[1]

    assert process.returncode == 3
    assert json.loads(err)["error"] == "Cloudflare ended the connection"


def test_a_refusal_names_the_permission(deployed: Deployed) -> None:
    """Without repeating the token."""
    deployed.cloudflare.faults.append(Fault(asks("POST", "/tails"), 403, 10000, "Authentication"))

    done = deployed.attempt("--remote", "--follow", "--json")

    told = json.loads(done.stderr)
    assert (done.returncode, told["code"]) == (4, "cloudflare_refused")
    assert "`Workers Tail: Read`" in told["hint"]
    assert TOKEN not in done.stderr


def test_wranglers_words_are_not_shown_if_they_repeat_a_credential(deployed: Deployed) -> None:
    """Of any service whose key is in .env.deploy."""
    other = secrets.token_urlsafe(30)
    with (deployed.folder / ".env.deploy").open("a") as file:
        file.write(f"OTHER_KEY={other}\n")
    deployed.cloudflare.faults.append(Fault(asks("POST", "/tails"), 400, 99999, f"no {other}"))

    done = deployed.attempt("--remote", "--follow", "--json")

    assert json.loads(done.stderr)["code"] == "wrangler_failed"
    assert other not in done.stderr


def test_earlier_lines_are_refused_before_anything_starts(deployed: Deployed) -> None:
    done = deployed.attempt("--remote")

    assert (done.returncode, deployed.cloudflare.asked) == (2, [])
    assert "the earlier lines of a deployed Worker cannot be read here" in done.stderr


def children(pid: int) -> list[int]:
    """Each leads a group of its own."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_blocked(pid: int) -> bool:
    """Whether it waits in a write to a pipe."""
    return "pipe_write" in Path(f"/proc/{pid}/wchan").read_text()
