"""An import of 400 secrets that is stopped midway: px tells the truth, and running it again heals.

The account is held against the ledger: what px calls written is there, whole; what it calls
unwritten is not; only what it calls doubtful may be either.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple

import httpx
import pytest

from px.local.server import LocalWorker
from px.project.workspace import Workspace
from support.px_process import Px
from support.stored import local_worker
from support.waiting import wait_until
from worker.assembly import assemble_project
from worker.import_account import Account, of_json, of_sentence
from worker.main_worker import MainWorker, ProjectApi, Secrets

# 40,000 bytes each: four chunks of a hundred, and each takes the Worker a while.
NEW = {f"N{number:03}": f"{number:03}" + "x" * 40_000 for number in range(400)}
OLD = dict.fromkeys(["N000", "N150", "N299"], "old")  # stored before; the import updates them
# Two chunks are in the ledger, and px knows of the first; the fourth was not sent.
MIDDLE = 190
TRIES = 10


class Told(NamedTuple):
    """How px ended, and what it said."""

    code: int
    out: str
    err: str


class Stopped(NamedTuple):
    """What px said and what was in the ledger: when it was stopped, and after the second run."""

    first: Told
    account: Account
    between: Mapping[str, str]
    second: Told
    after: Mapping[str, str]


def contents(api: ProjectApi) -> Mapping[str, str]:
    """Every secret in the ledger, opened; half a record would not open."""
    return api.kept_values()


@contextmanager
def importing(folder: Path, api: ProjectApi, *flags: str) -> Iterator[Popen[str]]:
    """px, importing NEW over OLD, with the second chunk under way."""
    api.bulk(OLD).raise_for_status()
    (folder / "x.env").write_text("".join(f"{name}={value}\n" for name, value in NEW.items()))
    px = Px(folder, api.px_environment)
    with px.start("secret", "import", "x.env", *flags) as running:
        try:
            wait_until(lambda: len(api.kept()) > MIDDLE, "the middle of the import")
            yield running
        finally:
            running.kill()  # does nothing to one that has ended


def finish(running: Popen[str]) -> Told:
    out, err = running.communicate(timeout=60)
    return Told(running.returncode, out, err)


def again(folder: Path, api: ProjectApi) -> Told:
    done = Px(folder, api.px_environment).run("secret", "import", "x.env")
    return Told(done.returncode, done.stdout, done.stderr)


@contextmanager
def started(worker: LocalWorker, secrets: Secrets) -> Iterator[ProjectApi]:
    with worker, httpx.Client(base_url=worker.url, timeout=120, trust_env=False) as client:
        yield ProjectApi(MainWorker(client, secrets, worker.persist, worker.log_path), "killed")


@pytest.fixture(scope="module")
def killed(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """SIGKILL to the Worker's processes; then it is started again on the same storage."""
    return _under_way(lambda: _killed(project, tmp_path_factory.mktemp("killed")))


def _killed(project: Workspace, folder: Path) -> Stopped:
    secrets = Secrets()
    config = assemble_project(folder / "project", secrets.variables)
    worker = local_worker(project, config, folder)
    with started(worker, secrets) as api, importing(folder, api, "--json") as running:
        worker.kill()
        first = finish(running)
        between = contents(api)
    with started(worker, secrets) as api:
        second = again(folder, api)
        return Stopped(first, of_json(list(NEW), first.err), between, second, contents(api))


@pytest.fixture(scope="module")
def interrupted(main_worker: MainWorker, tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Ctrl-C to px; the Worker lives on."""
    return _under_way(lambda: _interrupted(main_worker, tmp_path_factory.mktemp("interrupted")))


def _interrupted(main_worker: MainWorker, folder: Path) -> Stopped:
    api = ProjectApi(main_worker, folder.name)
    with importing(folder, api) as running:
        running.send_signal(signal.SIGINT)
        first = finish(running)
        between = contents(api)
    second = again(folder, api)
    return Stopped(first, of_sentence(list(NEW), first.err), between, second, contents(api))


def _under_way(stop: Callable[[], Stopped]) -> Stopped:
    """One that came while a chunk was under way, not between two, which nobody can tell before."""
    stopped = stop()
    for _ in range(TRIES):
        if stopped.account.doubtful:
            break
        stopped = stop()
    return stopped


@pytest.fixture(params=["killed", "interrupted"])
def stopped(request: pytest.FixtureRequest) -> Stopped:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Stopped)
    return found


def test_a_killed_worker_is_not_reached(killed: Stopped) -> None:
    """px ends with 3 (not reached) or 5 (server failed), and with nothing on stdout."""
    assert killed.first.code in (3, 5)
    assert killed.first.out == ""


def test_ctrl_c_is_130(interrupted: Stopped) -> None:
    """px ends with 130, says so, and says that running it again is safe."""
    assert (interrupted.first.code, interrupted.first.out) == (130, "")
    assert "error: interrupted; " in interrupted.first.err
    assert "hint: run the same command again: it is safe" in interrupted.first.err


def test_it_was_the_middle(stopped: Stopped) -> None:
    """The stop came when some secrets were written, some under way and some not sent."""
    account = stopped.account

    assert len(account.written) >= 100
    assert account.doubtful
    assert account.unwritten


def test_the_account_is_true(stopped: Stopped) -> None:
    """All that px calls written is there, and nothing that it calls unwritten."""
    account, kv = stopped.account, stopped.between

    assert {name for name in account.written if kv.get(name) != NEW[name]} == set()
    assert {name for name in account.unwritten if kv.get(name) != OLD.get(name)} == set()
    assert {
        name for name in account.doubtful if kv.get(name) not in (OLD.get(name), NEW[name])
    } == set()


def test_again(stopped: Stopped) -> None:
    """The second run exits 0, and there are exactly the file's names and values."""
    assert (stopped.second.code, stopped.second.out) == (0, "")
    assert stopped.after == NEW


def test_again_counts(killed: Stopped) -> None:
    """The second run calls updated exactly what was there before it, and the rest created."""
    updated = len(killed.between)

    counts = f"Imported 400 secrets: {400 - updated} created, {updated} updated"
    assert counts in killed.second.err.splitlines()
