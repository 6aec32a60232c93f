"""npm, which installs exactly what a package-lock.json pins."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from px.process.installer_environment import cleaned
from px.project.errors import LocalError
from px.tools.npm_failures import why
from px.tools.place import LOCK

LOCK_HINT: Final = "pin it with `make lock`"
TICK: Final = 0.3  # seconds between two looks at how far npm is
_GROUPS: Final = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
# The command line wins over .npmrc and npm_config_*. Not `npm ci`, which refuses a lock without
# the builds of other platforms.
_OPTIONS: Final = (
    *("--no-save", "--no-progress", "--loglevel=warn", "--ignore-scripts", "--no-audit"),
    *("--no-fund", "--no-update-notifier", "--include=prod", "--include=dev"),
    *("--include=optional", "--include=peer", "--no-global", "--no-dry-run"),
    *("--package-lock", "--no-package-lock-only", "--install-strategy=hoisted", "--no-force"),
    *("--bin-links", "--no-legacy-peer-deps", "--engine-strict=false"),
)
# npm's own settings for reaching the registry.
_REACHES: Final = (
    *("registry", "proxy", "https_proxy", "http_proxy", "noproxy", "ca", "cafile", "cert", "key"),
    *("strict_ssl", "cache", "userconfig", "globalconfig", "fetch_retries", "fetch_timeout"),
    *("fetch_retry_mintimeout", "fetch_retry_maxtimeout", "maxsockets", "local_address", "offline"),
    *("prefer_offline", "prefer_online", "//", "@"),
)


def install(npm: Sequence[str | Path], place: Path, tick: Callable[[], None]) -> None:
    """Makes `node_modules/` in a folder with a package.json and its lock.

    It has only what the lock pins; `tick` is called now and then. Raises LocalError.
    """
    lock = _read(place / LOCK)
    _check_root(_read(place / "package.json"), lock)
    _run([*map(str, npm), "install", *_OPTIONS, "--prefix", str(place)], place, tick)
    _check_installed(_read(place / "node_modules" / ".package-lock.json"), lock)


def _run(command: Sequence[str], place: Path, tick: Callable[[], None]) -> None:
    process = subprocess.Popen(  # noqa: S603 - npm of the virtual environment, fixed words
        command,
        cwd=place,
        env=environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        said = _wait(process, tick)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        reason, hint = why(said)
        raise LocalError(f"the npm packages could not be installed: {reason}", hint)


def _wait(process: subprocess.Popen[str], tick: Callable[[], None]) -> str:
    while True:
        try:
            return process.communicate(timeout=TICK)[0]
        except subprocess.TimeoutExpired:
            tick()


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """Without credentials, as for pip, and with only npm's settings for the registry."""
    return {name: text for name, text in cleaned(outer).items() if not _changes_packages(name)}


def _changes_packages(name: str) -> bool:
    key = name.lower().replace("-", "_")
    if key.startswith("npm_config_"):
        return not key.removeprefix("npm_config_").startswith(_REACHES)
    return name == "NODE_ENV" or key.startswith("npm_")


def _check_root(package: Mapping[str, Any], lock: Mapping[str, Any]) -> None:
    """Checks, before npm fetches anything, that the lock matches package.json."""
    locked = lock.get("packages", {}).get("", {})
    for group in _GROUPS:
        wanted, pinned = package.get(group, {}), locked.get(group, {})
        for name in sorted({*wanted, *pinned}):
            if wanted.get(name) != pinned.get(name):
                raise LocalError(
                    f"package-lock.json does not match package.json: {name}", LOCK_HINT
                )


def _check_installed(installed: Mapping[str, Any], lock: Mapping[str, Any]) -> None:
    """Needed because npm adds what a lock lacks, and accepts packages without a hash."""
    for place, name, package in _packages(installed):
        pinned = lock["packages"].get(place, {})
        if pinned.get("version") != package.get("version"):
            raise LocalError(f"package-lock.json does not pin {name}", LOCK_HINT)
        if not pinned.get("integrity") or pinned["integrity"] != package.get("integrity"):
            raise LocalError(
                f"package-lock.json has no hash of {name}, or a different one", LOCK_HINT
            )


def _packages(lock: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for place, package in lock.get("packages", {}).items():
        if place:
            name = place.rpartition("node_modules/")[2]
            yield place, f"{name}@{package.get('version')}", package


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise LocalError(f"{path.name} is missing", "the checkout is not complete") from None
    except ValueError:
        raise LocalError(f"{path.name} is not JSON", "restore it from git") from None
    if not isinstance(found, dict):
        raise LocalError(f"{path.name} is not a JSON object", "restore it from git")
    return found
