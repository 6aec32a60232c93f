"""A project that px made with `px new`, used by somebody who has px's wheel and no checkout."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from px.local.port import free_port
from px.tools.place import cache_folder
from support.installed_px import InstalledPx, reaching
from support.waiting import wait_until

END = 30  # seconds


@dataclass(frozen=True, slots=True)
class OwnProject:
    """Its folder, and the px that made it."""

    px: InstalledPx
    folder: Path

    def run(self, *words: str, stdin: str = "") -> str:
        """px in the project; its stdout."""
        return self.px.run(*words, cwd=self.folder, stdin=stdin)


def make_own_project(installed: InstalledPx, folder: Path) -> OwnProject:
    """With px's tools as they are set up here, and an index with strangers of our names."""
    cache = {"XDG_CACHE_HOME": str(cache_folder().parent)}
    px = replace(installed, environment={**reaching(installed.index), **cache})
    px.run("new", "shop", cwd=folder)
    return OwnProject(px, folder / "shop")


@contextmanager
def dev(project: OwnProject) -> Iterator[None]:
    """`px dev`, ready; ends it and all that it started."""
    out, err = (project.folder.with_name(name) for name in ("out", "err"))
    with out.open("wb") as written, err.open("wb") as told:
        process = subprocess.Popen(
            project.px.command("px", "dev", "--port", str(free_port())),
            cwd=project.folder,
            env=project.px.surroundings,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=told,
            start_new_session=True,
        )
    try:
        wait_until(lambda: _is_ready(process, out, err), "px dev to be ready", 240)
        yield
    finally:
        _end(process)


def _is_ready(process: subprocess.Popen[bytes], out: Path, err: Path) -> bool:
    assert process.poll() is None, err.read_text()
    return out.read_text().startswith("Ready at http://127.0.0.1:")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(END)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
