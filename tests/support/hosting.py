"""`px serve` as a process of its own, on a free port of loopback, ended afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from support.px_process import PX

PASSPHRASE: Final = "a passphrase for tests"
STOP_SECONDS: Final = 30


@dataclass(slots=True)
class Hosted:
    """A running host, or one that ended. `log` has what it wrote to stderr."""

    url: str
    token: str = field(repr=False)
    process: subprocess.Popen[str]
    log: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"PX_URL": self.url, "PX_TOKEN": self.token}

    def lines(self) -> list[dict[str, Any]]:
        """The log, of which each line is a JSON object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(STOP_SECONDS)


def init(folder: Path) -> str:
    """A data folder in `folder`; its root token."""
    command = [str(PX), "serve", "init", "--no-recovery-file"]
    subprocess.run(command, cwd=folder, env=_bare(), check=True, capture_output=True)
    return (folder / "px-data" / "root-token").read_text().strip()


@contextmanager
def hosted(
    folder: Path,
    *options: str,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
) -> Iterator[Hosted]:
    """On the data folder in `folder`, which is made if it is missing. `before`: its launcher."""
    data = folder / "px-data"
    token = (data / "root-token").read_text().strip() if data.exists() else init(folder)
    command = [*before, str(PX), "serve", "--port", str(port), *options]
    log = folder / "serve.log"
    with log.open("a") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_bare() | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("Ready at "), log.read_text()
        yield Hosted(ready.removeprefix("Ready at ").strip(), token, process, log)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def _bare() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}
