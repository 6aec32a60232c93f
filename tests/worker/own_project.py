"""A project that px made with `px new`, used by somebody who has px's wheel and no checkout."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from px.local.port import free_port
from px.tools.place import cache_folder
from px.tools.set_up import ensure_tools
from support.installed_px import InstalledPx, reaching
from support.source import ROOT
from worker.local_project import running


@dataclass(frozen=True, slots=True)
class OwnProject:
    """Its folder, and the px that made it."""

    px: InstalledPx
    folder: Path

    @property
    def wheels(self) -> Path:
        """What its px has downloaded."""
        return Path(self.px.environment["XDG_CACHE_HOME"]) / "px" / "wheels"

    def run(self, *words: str, stdin: str = "") -> str:
        """px in the project; its stdout."""
        return self.px.run(*words, cwd=self.folder, stdin=stdin)


def make_own_project(installed: InstalledPx, folder: Path) -> OwnProject:
    """With a cache of its own, and an index with strangers of our names."""
    _fill_cache(folder / "cache" / "px")
    cache = {"XDG_CACHE_HOME": str(folder / "cache")}
    px = replace(installed, environment={**reaching(installed.index), **cache})
    px.run("new", "shop", cwd=folder)
    return OwnProject(px, folder / "shop")


def _fill_cache(cache: Path) -> None:
    """With px's tools as they are set up here, and what is here of the wheels that it pins."""
    (cache / "wheels").mkdir(mode=0o700, parents=True)
    cache.chmod(0o700)
    (cache / "tools").symlink_to(ensure_tools(print).folder.parent)
    pins = (ROOT / "requirements" / "worker.txt").read_text()
    for wheel in (cache_folder() / "wheels").glob("*.whl"):
        if hashlib.sha256(wheel.read_bytes()).hexdigest() in pins:
            shutil.copy(wheel, cache / "wheels")


@contextmanager
def dev(project: OwnProject) -> Iterator[None]:
    """`px dev`, ready; ends it and all that it started."""
    out, err = (project.folder.with_name(name) for name in ("out", "err"))
    command = project.px.command("px", "dev", "--port", str(free_port()))
    with running(command, project.folder, project.px.surroundings, out, err, 240):
        yield
