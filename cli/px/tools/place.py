"""Where px's tools are: a folder for each lock, shared by all projects of this user."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from px.project.errors import LocalError

LOCK: Final = "package-lock.json"
HINT: Final = "run `px tools --set-up`"

# What the tools are made from, and by which code.
_SOURCES: Final = (LOCK, "package.json", "bundle.py", "glue.py", "bundle.capnp", "wrapper.py")
_WORKERD_PACKAGES: Final = {
    ("linux", "x86_64"): "workerd-linux-64",
    ("linux", "aarch64"): "workerd-linux-arm64",
    ("darwin", "x86_64"): "workerd-darwin-64",
    ("darwin", "arm64"): "workerd-darwin-arm64",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """A folder with the tools in it, and the paths below it."""

    folder: Path

    @property
    def node_modules(self) -> Path:
        return self.folder / "node_modules"

    @property
    def bundle_dir(self) -> Path:
        return self.folder / "pyodide"

    @property
    def wrapper(self) -> Path:
        """What Miniflare starts as workerd."""
        return self.folder / "workerd"

    @property
    def inventory(self) -> Path:
        """Every other file's hash; written last."""
        return self.folder / "files.json"

    def are_set_up(self) -> bool:
        return self.inventory.is_file()

    def package(self, name: str) -> Path:
        """The folder of an npm package; raises LocalError if it is not there."""
        folder = self.node_modules / name
        if not (folder / "package.json").is_file():
            raise LocalError(f"px's tools are not set up: {name} is missing", HINT)
        return folder

    def workerd(self) -> Path:
        """The workerd binary for this machine."""
        machine = (platform.system().lower(), platform.machine())
        name = _WORKERD_PACKAGES.get(machine)
        if name is None:
            raise LocalError(f"workerd has no build for {machine[0]} on {machine[1]}")
        return self.package(f"@cloudflare/{name}") / "bin" / "workerd"

    def wrangler(self) -> Path:
        """wrangler's script, for `node` to run."""
        return self.package("wrangler") / "bin" / "wrangler.js"

    def wrangler_library(self) -> Path:
        """wrangler as a module, for `node` to import."""
        return self.package("wrangler") / "wrangler-dist" / "cli.js"


def current() -> Tools:
    """The tools that this px pins; they may not be set up yet."""
    return Tools(cache_folder() / "tools" / _name())


def versions() -> dict[str, str]:
    """The pinned version of each tool."""
    packages = json.loads(pin(LOCK))["packages"]
    return {
        name: packages[f"node_modules/{name}"]["version"]
        for name in ("wrangler", "workerd", "pyodide")
    }


def pin(name: str) -> bytes:
    """One of the files that the tools are made from."""
    return (files("px.tools") / name).read_bytes()


def cache_folder() -> Path:
    """`px` in the user's cache folder, as the XDG base directories name it."""
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():  # any other is to be ignored
        return chosen / "px"
    try:
        return Path.home() / ".cache" / "px"
    except RuntimeError:
        raise LocalError(
            "px has no folder for its tools: this user has no home", "set XDG_CACHE_HOME"
        ) from None


@cache
def _name() -> str:
    total = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for name in _SOURCES:
        total.update(hashlib.sha256(pin(name)).digest())
    return total.hexdigest()[:16]
