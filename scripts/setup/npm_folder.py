"""`node_modules/` with exactly what package-lock.json pins, built next to the one in use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from px.local.pip import cleaned
from px.project.errors import LocalError
from scripts.setup.npm_failures import why
from scripts.setup.swap import beside

LOCK_HINT: Final = "pin it with `make lock`"
_FILES: Final = ("package.json", "package-lock.json", ".npmrc")
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


def make_node_modules(npm: Path, folder: Path) -> None:
    """Installs only what the lock pins; raises LocalError and keeps the old folder."""
    lock = _read(folder / "package-lock.json")
    _check_root(_read(folder / "package.json"), lock)
    with beside(folder / "node_modules") as fresh:
        place = fresh.with_name("node_modules-set-up")
        shutil.rmtree(place, ignore_errors=True)
        try:
            place.mkdir()
            for name in _FILES:
                if (folder / name).exists():
                    shutil.copy(folder / name, place)
            _install(npm, place)
            _check_installed(_read(place / "node_modules" / ".package-lock.json"), lock)
            (place / "node_modules").rename(fresh)
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _install(npm: Path, place: Path) -> None:
    done = subprocess.run(  # noqa: S603 - npm of the virtual environment, fixed words
        [str(npm), "install", *_OPTIONS, "--prefix", str(place)],
        cwd=place,
        env=environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason, hint = why(done.stdout + done.stderr)
        raise LocalError(f"the npm packages could not be installed: {reason}", hint)


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
