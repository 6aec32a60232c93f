"""`px dev` as a process: what it prints, what it leaves, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

import pytest

from px.local import kept_log
from px.local.port import free_port, is_taken
from px.local.scratch import make_scratch
from px.local.setup import set_up
from px.project.local_state import LocalState, read_local
from px.project.workspace import Workspace
from support import stored
from support.schemas import conforms
from support.waiting import wait_until

PX: Final = (sys.executable, "-c", "import sys; from px.app import main; sys.exit(main())")
CHECKOUT: Final = Workspace(Path(__file__).parents[2])
SECONDS: Final = 60

# Brings loopback up in a network namespace of its own, then becomes px.
OFFLINE: Final = """\
import fcntl, os, socket, struct, sys
up = struct.pack("16sH14x", b"lo", 0x1 | 0x40)
fcntl.ioctl(socket.socket(), 0x8914, up)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Dev:
    """One running `px dev`."""

    def __init__(
        self,
        project: Workspace,
        port: int,
        *,
        before: tuple[str, ...] = (),
        options: tuple[str, ...] = (),
        **environ: str,
    ) -> None:
        self.project = project
        self._talk = project.root / "stderr"
        with self._talk.open("wb") as talk:
            self.process = subprocess.Popen(
                [*before, *PX, "dev", "--port", str(port), *options],
                cwd=project.root,
                env={**os.environ, **stored.environment(), **environ},
                stdout=subprocess.PIPE,
                stderr=talk,
                text=True,
            )

    @property
    def output(self) -> IO[str]:
        assert self.process.stdout
        return self.process.stdout

    @property
    def talk(self) -> str:
        return self._talk.read_text()

    def ready(self) -> str:
        """The first line of stdout; empty when px ended instead."""
        return self.output.readline().rstrip("\n")

    def end(self, number: signal.Signals | None = None) -> int:
        """Sends the signal, waits; px's exit code."""
        if number:
            self.process.send_signal(number)
        return self.process.wait(SECONDS)


Start = Callable[..., Dev]


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """A project of its own, with this checkout's code and packages, in a folder with a space."""
    set_up(CHECKOUT, lambda _line: None)
    return make_scratch(CHECKOUT, tmp_path / "a project")


@pytest.fixture
def start(project: Workspace) -> Iterator[Start]:
    """Starts `px dev`; whatever a test forgot is ended by its own process id."""
    started: list[Dev] = []

    def run(port: int | None = None, **options: object) -> Dev:
        dev = Dev(project, port or free_port(), **options)  # type: ignore[arg-type]
        started.append(dev)
        return dev

    yield run
    for dev in started:
        if dev.process.poll() is None:
            dev.end(signal.SIGTERM)
        dev.output.close()


def px(project: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PX, *arguments], cwd=project.root, capture_output=True, text=True, check=False
    )


def processes(project: Workspace) -> Mapping[int, Path]:
    """Every process that px started in the project's folder, and its /proc folder."""
    return {
        int(folder.name): folder
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and _is_the_workers(folder, project)
    }


def _is_the_workers(folder: Path, project: Workspace) -> bool:
    """px itself is in the tests' process group; the Worker has one of its own."""
    try:
        inside = (folder / "cwd").readlink() == project.root
        return inside and os.getpgid(int(folder.name)) != os.getpgrp()
    except OSError:  # it ended, or only waits to be reaped
        return False


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def local(project: Workspace) -> LocalState:
    found = read_local(project.local_json)
    assert found
    return found


def test_the_worker_is_ready_with_its_secrets_and_goes_without_a_trace(
    project: Workspace, start: Start
) -> None:
    """One line on stdout, .env.secrets inside, changes pushed; SIGTERM: exit 0, nothing left."""
    project.env_secrets.write_text("FIRST=canary-one\n")
    port = free_port()
    dev = start(port)

    assert dev.ready() == f"Ready at http://127.0.0.1:{port}"
    assert px(project, "secret", "exists", "FIRST").returncode == 0

    project.env_secrets.write_text("SECOND=\n")
    wait_until(lambda: "was not pushed" in dev.talk, "the refusal")
    project.env_secrets.write_text("SECOND=canary-two\n")
    wait_until(lambda: px(project, "secret", "exists", "SECOND").returncode == 0, "the push")

    assert dev.end(signal.SIGTERM) == 0
    assert dev.output.read() == ""
    assert not processes(project)
    assert not is_taken(port)
    assert "canary" not in dev.talk + project.log.read_text()


def test_no_credential_and_no_token_reaches_the_workers_processes(
    project: Workspace, start: Start
) -> None:
    """Neither in an environment, nor in an argument, nor in the log."""
    project.env_secrets.write_text("FIRST=canary-value\n")
    dev = start(CLOUDFLARE_API_TOKEN="canary-cloudflare", AWS_SECRET_ACCESS_KEY="canary-aws")
    dev.ready()

    running = processes(project)
    token = local(project).token.encode()
    assert len(running) >= 3  # wrangler twice, workerd
    for folder in running.values():
        seen = read(folder / "cmdline") + read(folder / "environ")
        assert b"canary" not in seen
        assert token not in seen
    log = project.log.read_bytes()
    assert token not in log
    assert b"canary" not in log
    assert project.log.stat().st_mode & 0o777 == 0o600
    assert project.state.stat().st_mode & 0o777 == 0o700


def test_it_runs_without_a_network_and_ctrl_c_ends_it(project: Workspace, start: Start) -> None:
    """Loopback alone is enough; Ctrl-C: exit 130, nothing left."""
    alone = ("unshare", "--map-root-user", "--net")
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us make a network namespace")
    dev = start(before=(*alone, sys.executable, "-c", OFFLINE))

    assert dev.ready().startswith("Ready at http://127.0.0.1:")
    assert "getaddrinfo" not in project.log.read_text()
    assert dev.end(signal.SIGINT) == 130
    assert not processes(project)


def test_a_second_one_in_the_same_project_is_refused(project: Workspace, start: Start) -> None:
    """With the first one's address; the first one runs on."""
    first = start()
    address = first.ready().removeprefix("Ready at ")
    second = start()

    assert second.ready() == ""
    assert second.end() == 1
    assert f"px dev is already running in this project at {address}" in second.talk
    assert px(project, "secret", "list").returncode == 0


def test_nothing_is_left_when_px_itself_is_killed(project: Workspace, start: Start) -> None:
    """SIGKILL cannot be caught: the Worker's processes notice by themselves."""
    dev = start()
    dev.ready()
    dev.end(signal.SIGKILL)

    wait_until(lambda: not processes(project), "the end of every process")


@pytest.mark.parametrize("killed", [b"wrangler_dev.mjs", b"workerd"])
def test_a_worker_that_ends_by_itself_ends_px(
    killed: bytes, project: Workspace, start: Start
) -> None:
    """Exit 5 with a sentence, and nothing left: not a Worker that answers nobody."""
    dev = start()
    dev.ready()
    for process, folder in processes(project).items():
        if killed in read(folder / "cmdline"):
            os.kill(process, signal.SIGKILL)

    assert dev.end() == 5
    assert "error: the Worker exited by itself" in dev.talk
    assert "\tpx\tthe Worker exited by itself\n" in px(project, "logs").stdout
    assert not processes(project)


def test_a_taken_port_is_a_sentence(project: Workspace, start: Start) -> None:
    """Exit 1, with what to do; px waits for nothing."""
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    ) as other:
        assert other.stdout
        port = int(other.stdout.readline().split(" port ")[1].split()[0])
        try:
            dev = start(port)
            code = dev.end()
        finally:
            other.terminate()

    assert code == 1
    assert f"error: port {port} is taken by another process\nhint: " in dev.talk


def test_a_worker_that_does_not_start_says_why(project: Workspace, start: Start) -> None:
    """The missing Python module by name; exit 5; nothing left."""
    entry = project.worker / "entry.py"
    entry.write_text("import nosuch\n" + entry.read_text().replace("from __future__", "# "))
    dev = start()

    assert dev.ready() == ""
    assert dev.end() == 5
    assert "there is no module `nosuch`" in dev.talk
    assert not processes(project)


def test_a_changed_brain_is_in_the_worker_and_a_broken_one_is_told(
    project: Workspace, start: Start
) -> None:
    """px starts the Worker anew, says file and line of a mistake, and goes on once it is mended."""
    dev = start()
    dev.ready()
    file = project.worker / "brains" / "mine.py"

    file.write_text(
        "from positronic import brain\n\nmine = brain('mine').step('A', lambda nope: {})"
    )
    wait_until(lambda: "px restarts the Worker" in dev.talk, "the reason")
    wait_until(lambda: "worker/brains/mine.py, line 3: step 'A'" in dev.talk, "the place")
    meanwhile = px(project, "secret", "list")
    assert "error: the Worker of px dev is stopped: its code does not start" in meanwhile.stderr
    assert "worker/brains/mine.py, line 3: step 'A'" in px(project, "logs").stdout
    file.write_text(file.read_text().replace("nope", "state"))
    wait_until(lambda: "Restarted the Worker" in dev.talk, "the new start")

    assert "mine\t1\t" in px(project, "brain", "list").stdout
    assert dev.end(signal.SIGINT) == 130
    assert not processes(project)


def test_what_the_code_asks_for_and_is_missing_is_told(project: Workspace, start: Start) -> None:
    """Until .env.secrets has it."""
    brain = "async def ask(secrets):\n    return await secrets.get('API_KEY')\n"
    (project.worker / "brains" / "asks.py").write_text(brain)
    dev = start()
    assert dev.ready()

    place = "worker/brains/asks.py line 2"
    asks = f"{place} asks for API_KEY, which the Worker lacks: `px secret create API_KEY`"
    wait_until(lambda: asks in dev.talk, "the warning")
    project.env_secrets.touch(mode=0o600)
    project.env_secrets.write_text("API_KEY=x\n")
    wait_until(lambda: "Pushed .env.secrets" in dev.talk, "the secret")

    assert dev.end(signal.SIGINT) == 130
    assert dev.talk.count(asks) == 1


def test_what_is_mended_elsewhere_counts_too(project: Workspace, start: Start) -> None:
    """A setting in wrangler.toml for a Worker that is stopped, and lost keys for a push."""
    project.env_secrets.write_text("FIRST=one\n")
    dev = start()
    assert dev.ready()
    config, brain = project.config.read_text(), project.worker / "brains" / "mine.py"
    assert 'FALLBACK = "on"' in config
    project.config.write_text(config.replace('FALLBACK = "on"', 'FALLBACK = "perhaps"'))
    brain.write_text("# saved\n")
    wait_until(lambda: "the Worker cannot be used: FALLBACK must be" in dev.talk, "the reason")
    project.config.write_text(config)
    wait_until(lambda: "Restarted the Worker: its settings changed" in dev.talk, "the restart")

    keys = project.dev_vars.read_text()
    project.dev_vars.unlink()
    wait_until(lambda: "the Worker keeps its current keys" in dev.talk, "the loss")
    project.env_secrets.write_text("FIRST=one\nSECOND=two\n")
    wait_until(lambda: ".env.secrets was not pushed" in dev.talk, "the refusal")
    project.dev_vars.write_text(keys)
    project.dev_vars.chmod(0o600)
    pushed = "Pushed .env.secrets: 1 of 2 secrets had changed"
    wait_until(lambda: pushed in dev.talk, "the push")

    assert dev.end(signal.SIGTERM) == 0


LOUD: Final = """\
from positronic import brain


@brain("loud").step("Say")
def loud(state):
    print("said \\x1b[2J\\x1b]0;title\\x07 \\x9b2J end")
    return state


@loud.step("Fail")
def fails(state):
    raise ValueError("no \\x1b[2J")
"""


@pytest.mark.parametrize("verbose", [False, True])
def test_a_run_that_fails_is_told_and_its_log_steers_no_terminal(
    project: Workspace,
    start: Start,
    verbose: bool,
) -> None:
    """With the line of the brain's own code; px brain run and status name it too."""
    (project.worker / "brains" / "loud.py").write_text(LOUD)
    kept = kept_log.beside(project.log)
    kept_log.keep(kept, "x" * kept_log.LIMIT)  # so long that the next line is in a new file
    dev = start(options=("--verbose",) if verbose else ())
    dev.ready()

    run = px(project, "brain", "run", "loud").stdout.strip()
    watched = px(project, "brain", "watch", run)
    status = px(project, "brain", "status", run)
    failed = f"un {run} of 'loud' failed at worker/brains/loud.py, line 12: ValueError"
    wait_until(lambda: failed in dev.talk, "the failed run")

    assert "error: the run failed at worker/brains/loud.py, line 12: ValueError: " in watched.stderr
    assert "where\tworker/brains/loud.py, line 12\n" in status.stdout
    assert not re.search(r"[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f-\x9f]", dev.talk)
    assert (r"said \x1b[2J\x1b]0;title\x07 \x9b2J end" in dev.talk) is verbose
    _logs_show_the_run_and_no_request(project, run)
    assert kept_log.older(kept).stat().st_size > kept_log.LIMIT > kept.stat().st_size
    assert {path.stat().st_mode & 0o777 for path in (kept, kept_log.older(kept))} == {0o600}


def _logs_show_the_run_and_no_request(project: Workspace, run: str) -> None:
    """What code printed and what px dev said; the log of wrangler has the requests."""
    lines = px(project, "logs", "--local").stdout.splitlines()
    documents = [json.loads(one) for one in px(project, "logs", "--json").stdout.splitlines()]

    for document in documents:
        conforms("logs", document)
    assert "POST /brains/runs" in project.log.read_text()
    assert not any("/brains/runs" in line for line in lines)
    cells = [line.split("\t") for line in lines]
    assert [len(one) for one in cells] == [3] * len(lines)
    assert r"said \x1b[2J\x1b]0;title\x07 \x9b2J end" in [text for _, _, text in cells]
    assert any(level == "px" and text.startswith("Ready at") for _, level, text in cells)
    assert any(run in document["message"] for document in documents)


def test_json_in_json_out(project: Workspace) -> None:
    """With --json an error is one JSON document on stderr."""
    project.config.unlink()
    done = px(project, "dev", "--json")

    assert done.returncode == 2
    assert done.stdout == ""
    assert json.loads(done.stderr)["code"] == "no_project"
