"""What `px dev` does when one of its files is no regular file: it says so, and goes on looking."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from px.local.scratch import make_scratch
from px.project import owner_only
from px.project.workspace import Workspace
from support.px_process import CANARY, Px
from support.source import ROOT
from support.waiting import wait_until
from worker.local_project import LocalProject, run_px_dev

Make = Callable[[Path], object]

OTHERS: dict[str, Make] = {
    "is a named pipe": os.mkfifo,
    "is a folder": Path.mkdir,
    "is a device": lambda path: path.symlink_to(os.devnull),
    "cannot be read: too many levels of symbolic links": lambda path: path.symlink_to(path),
}


@pytest.fixture(scope="module")
def local(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalProject]:
    """`px dev` in a project where `.env.secrets` is a named pipe from the start, never served."""
    folder = tmp_path_factory.mktemp("watching")
    with run_px_dev(project, folder, prepare=lambda made: os.mkfifo(made.env_secrets)) as running:
        yield running


def said(local: LocalProject, text: str) -> int:
    return local.err.read_text().count(text)


def wait_for(local: LocalProject, text: str, before: int) -> None:
    wait_until(lambda: said(local, text) > before, text)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def test_a_pipe_at_the_start_is_refused_in_words(local: LocalProject) -> None:
    """px dev is ready all the same."""
    assert said(local, "error: .env.secrets is a named pipe, not a regular file\nhint: ") == 1


def test_a_pipe_that_is_served_is_not_read(local: LocalProject) -> None:
    """Its text is in no Worker, and nobody waits for more: the file after it is pushed."""
    path, before = local.project.env_secrets, said(local, "error: ")
    handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # so that it has a writer, and text
    try:
        for number in range(3):
            os.write(handle, f"PIPED_{number}={CANARY}\n".encode())
        path.unlink()
        path.write_text("AFTER_PIPE=one\n")
        wait_until(lambda: "AFTER_PIPE" in local.names(), "the file after the pipe")
    finally:
        os.close(handle)

    assert not any(name.startswith("PIPED") for name in local.names())
    assert said(local, "error: ") == before


@pytest.mark.parametrize(("what", "make"), OTHERS.items(), ids=OTHERS)
def test_env_secrets_that_is_no_file_is_named_once_and_the_next_file_is_pushed(
    local: LocalProject, what: str, make: Make
) -> None:
    path, before = local.project.env_secrets, said(local, f"error: .env.secrets {what}")
    name = f"THEN_{what.split()[-1].upper()}"
    remove(path)
    make(path)
    wait_for(local, f"error: .env.secrets {what}", before)
    remove(path)
    path.write_text(f"{name}=one\n")

    wait_until(lambda: name in local.names(), "the push")
    assert said(local, f"error: .env.secrets {what}") == before + 1


def test_what_opens_a_target_is_there_at_once(local: LocalProject) -> None:
    """The Worker takes it only when it starts, so that px starts it again."""
    path, told = local.project.dev_vars, "Restarted the Worker: its settings in .dev.vars changed"
    kept, before, names = path.read_bytes(), said(local, told), local.names()
    owner_only.replace(path, kept + b'TARGET_FLY_API_TOKEN="t"\n')
    wait_for(local, told, before)
    owner_only.replace(path, kept)
    wait_for(local, told, before + 1)

    assert local.names() == names


@pytest.mark.parametrize(("what", "make"), OTHERS.items(), ids=OTHERS)
def test_dev_vars_that_is_no_file_is_named_and_the_worker_keeps_its_keys(
    local: LocalProject, what: str, make: Make
) -> None:
    """When the file is back, it is handed over."""
    path = local.project.dev_vars
    kept, names = path.read_bytes(), local.names()
    before = said(local, f"error: .dev.vars {what}")
    reloads = said(local, "Reloaded .dev.vars")
    remove(path)
    make(path)
    wait_for(local, f"error: .dev.vars {what}", before)

    assert local.names() == names
    assert said(local, "Reloaded .dev.vars") == reloads
    remove(path)
    path.write_bytes(kept)
    path.chmod(0o600)
    wait_for(local, "Reloaded .dev.vars", reloads)
    wait_until(lambda: local.names() == names, "the Worker with its keys")


def test_dev_vars_without_its_keys_is_not_handed_over(local: LocalProject) -> None:
    """A Worker without keys answers nobody, and a `px dev` that finds none makes others."""
    path, told = local.project.dev_vars, "error: .dev.vars has no MASTER_KEYS"
    kept, names = path.read_bytes(), local.names()
    before, reloads = said(local, told), said(local, "Reloaded .dev.vars")
    path.write_bytes(b"")
    wait_for(local, told, before)

    assert local.names() == names
    assert said(local, "Reloaded .dev.vars") == reloads
    path.write_bytes(kept)
    wait_for(local, "Reloaded .dev.vars", reloads)
    wait_until(lambda: local.names() == names, "the Worker with its keys")


def test_dev_vars_as_a_pipe_at_the_start_is_refused_in_words(tmp_path: Path) -> None:
    """px waits for nobody to write to it."""
    project = make_scratch(Workspace(ROOT), tmp_path / "project")
    os.mkfifo(project.dev_vars, 0o600)
    done = Px(project.root).run("dev")

    assert done.returncode == 2
    assert "error: .dev.vars is a named pipe, not a regular file" in done.stderr


def test_a_command_that_is_given_a_pipe_reads_it(local: LocalProject) -> None:
    """`<(...)` of a shell is one."""
    done = local.px.shell(f'"$PX" secret import <(printf "FROM_PIPE={CANARY}")')

    assert done.returncode == 0, done.stderr
    assert "FROM_PIPE" in local.names()
    ran = local.px.shell('"$PX" run --file <(printf "IT=here") -- printenv IT')
    assert ran.stdout == "here\n"
