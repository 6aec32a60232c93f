"""A throw-away project with `px dev` running in it, as a user has one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from px.local.port import free_port
from px.local.scratch import make_scratch
from px.project.workspace import Workspace
from support import stored
from support.px_process import PX, Px
from support.started import started
from support.waiting import SECONDS, wait_until
from worker.kv_files import KvFiles

END = 30  # seconds
_READY = re.compile(r"Ready at http://127\.0\.0\.1:\d+\n(?:[\w-]+ at http://127\.0\.0\.1:\d+\n)*")


@dataclass(frozen=True, slots=True)
class LocalProject:
    """The project, and what its `px dev` said so far."""

    project: Workspace
    out: Path
    err: Path

    @property
    def px(self) -> Px:
        """px in the project's folder, told of nothing."""
        return Px(self.project.root)

    @property
    def kv(self) -> KvFiles:
        return KvFiles(self.project.state)

    def worker_group(self) -> int:
        """The process group of the Worker that `px dev` runs here."""
        return group_with(str(self.project.config))

    def names(self) -> set[str]:
        """What `px secret list` finds."""
        lines = self.px.run("secret", "list").stdout.splitlines()
        return {line.partition("\t")[0] for line in lines}


@contextmanager
def run_px_dev(
    checkout: Workspace, folder: Path, prepare: Callable[[Workspace], object] = lambda _: None
) -> Iterator[LocalProject]:
    """Yields when it said that it is ready; ends it and all that it started.

    `prepare` gets the project before `px dev` starts.
    """
    project = make_scratch(checkout, folder / "project")
    prepare(project)
    with run_px_dev_in(project, folder, "--port", str(free_port())) as local:
        yield local


@contextmanager
def run_px_dev_in(project: Workspace, folder: Path, *options: str) -> Iterator[LocalProject]:
    """The same in a project that is there, in its environment; `folder`: for what it says."""
    local = LocalProject(project, folder / "out", folder / "err")
    command: list[str | Path] = [PX, "--env", project.environment.name, "dev", *options]
    environment = {"PATH": os.environ["PATH"], **stored.environment()}
    with running(command, project.root, environment, local.out, local.err):
        yield local


@contextmanager
def running(
    command: Sequence[str | Path],
    cwd: Path,
    env: Mapping[str, str],
    out: Path,
    err: Path,
    seconds: float = SECONDS,
) -> Iterator[None]:
    """Any `px dev`, ready after so many seconds at most; `out` and `err`: files for what it says.

    The Worker is a group of its own, which px ends, and which ends when px is gone.
    """
    with (
        out.open("wb") as written,
        err.open("wb") as told,
        started(command, cwd=cwd, env=env, out=written, err=told) as process,
    ):
        try:
            wait_until(lambda: _is_ready(process, out, err), "px dev to be ready", seconds)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(END)


def group_with(text: str) -> int:
    """The process group that was started with this text in its command line."""
    folders = [one for one in Path("/proc").iterdir() if one.name.isdigit()]
    found = {int(one.name) for one in folders if text.encode() in _command_line(one)}
    return os.getpgid(min(found))


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # exited in the meantime
        return b""


def _is_ready(process: subprocess.Popen[str], out: Path, err: Path) -> bool:
    assert process.poll() is None, err.read_text()
    return _READY.fullmatch(out.read_text()) is not None
