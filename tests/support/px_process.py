"""px as a process of its own: arguments and bytes in, exit code and text out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

PX = Path(sys.executable).with_name("px")
NOTHING = Path(os.devnull)
CANARY = "canary-value-4711"


@dataclass
class Px:
    """Runs px in a folder, with nothing in the environment but what is given."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    seconds: float = 60

    def run(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Without a terminal; stdin is a pipe."""
        done = subprocess.run(
            [PX, *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            timeout=self.seconds,
            cwd=self.folder,
            env=self._environment(environment),
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """A line of bash, in which $PX is px."""
        return subprocess.run(
            ["bash", "-c", line],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
            cwd=self.folder,
            env=self._environment({"PX": str(PX)}),
        )

    def start(self, *arguments: str | Path, stdin: Path = NOTHING) -> subprocess.Popen[str]:
        """Running, for a test that sends it a signal; stdin is a file."""
        with stdin.open("rb") as given:
            return subprocess.Popen(
                [PX, *arguments],
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=self.folder,
                env=self._environment(None),
            )

    def terminal(
        self,
        *arguments: str | Path,
        environment: Mapping[str, str] | None = None,
        dimensions: tuple[int, int] = (24, 80),
    ) -> pexpect.spawn[str]:
        """On a pseudo-terminal, of so many lines and columns."""
        return pexpect.spawn(
            str(PX),
            [str(argument) for argument in arguments],
            cwd=str(self.folder),
            env=self._environment({"TERM": "xterm", **(environment or {})}),
            encoding="utf-8",
            timeout=20,
            dimensions=dimensions,
        )

    def _environment(self, more: Mapping[str, str] | None) -> dict[str, str]:
        return {"PATH": os.environ["PATH"]} | self.environment | dict(more or {})
