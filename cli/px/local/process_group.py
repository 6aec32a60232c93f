"""A program and everything it starts, as one process group: started and stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from px.project.errors import LocalError

POLL: Final = 0.02  # seconds between two checks of a condition
GRACE: Final = 8.0  # seconds that a group has to exit by itself


class ProcessGroup:
    """A running program in its own session, so that a signal reaches all of it and nothing else."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: IO[bytes]
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            command,
            cwd=cwd,
            env=dict(env),
            # A pipe that px only holds open: it closes when px exits. See lifeline.mjs.
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.id: int = self._process.pid

    def exit_code(self) -> int | None:
        """None while the started program is running."""
        return self._process.poll()

    def stop(self, grace: float = GRACE) -> None:
        """SIGTERM, then SIGKILL after `grace` seconds; returns when no process is left."""
        self._signal(signal.SIGTERM)
        if not self._gone_within(grace):
            self.kill()
        self._close()

    def kill(self) -> None:
        """SIGKILL to the whole group; returns when no process is left."""
        self._signal(signal.SIGKILL)
        if not self._gone_within(GRACE):
            raise LocalError(f"process group {self.id} did not exit")
        self._close()

    def _signal(self, number: signal.Signals) -> None:
        if self._alive():  # the kernel does not reuse a group's number while a member lives
            with suppress(ProcessLookupError):
                os.killpg(self.id, number)

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL)
        return True

    def _alive(self) -> bool:
        self._process.poll()  # reaps the leader
        return group_is_alive(self.id)

    def _close(self) -> None:
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


def group_is_alive(group: int) -> bool:
    """Whether a process of the group is running; zombies do not count."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    proc = Path("/proc")
    if not (proc / "self" / "stat").exists():
        return True
    return any(_runs_in(folder, group) for folder in proc.iterdir() if folder.name.isdigit())


def _runs_in(folder: Path, group: int) -> bool:
    try:
        # "pid (any name) state ppid pgrp ...": the name may hold spaces and brackets.
        state, _, pgrp = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:  # exited in the meantime
        return False
    return int(pgrp) == group and state not in "ZX"
