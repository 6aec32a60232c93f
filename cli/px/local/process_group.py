"""A program and everything it starts, as one process group: started, watched, ended together."""

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

POLL: Final = 0.02  # seconds between two looks at a condition
GRACE: Final = 8.0  # seconds that a group has to end by itself


class ProcessGroup:
    """A running program in its own session, so that one signal reaches all of it, and only it."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: IO[bytes]
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            command,
            cwd=cwd,
            env=dict(env),
            # A pipe that we only hold: it ends when we do. See lifeline.mjs.
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.id: int = self._process.pid

    def exit_code(self) -> int | None:
        """None while the program that was started runs."""
        return self._process.poll()

    def stop(self, grace: float = GRACE) -> None:
        """SIGTERM, then SIGKILL to what is left after `grace` seconds; nothing is left after it."""
        self._signal(signal.SIGTERM)
        if not self._gone_within(grace):
            self.kill()
        self._close()

    def kill(self) -> None:
        """SIGKILL to all of it; returns when nothing is left."""
        self._signal(signal.SIGKILL)
        if not self._gone_within(GRACE):
            raise LocalError(f"process group {self.id} did not end")
        self._close()

    def _signal(self, number: signal.Signals) -> None:
        if self._alive():  # a group's number cannot be given anew while a member lives
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
    """Whether a process of the group runs; one that only waits to be reaped does not count."""
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
    except OSError:  # ended while we looked
        return False
    return int(pgrp) == group and state not in "ZX"
