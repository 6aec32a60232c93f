"""pip with the machine's index settings, but none that change what is installed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from px.local.pip_failures import why
from px.process.installer_environment import cleaned
from px.project.errors import LocalError

# -I: a pip.py in the folder, which may be somebody else's project, is not loaded.
_PIP: Final = (sys.executable, "-I", "-m", "pip")
_PINNED: Final = ("--require-hashes", "--only-binary=:all:")
# Settings for reaching an index; not `target`, `user`, `no-binary`, `constraint` or `dry-run`.
_REACHES: Final = (
    *("index-url", "extra-index-url", "find-links", "no-index", "proxy", "cert", "client-cert"),
    *("trusted-host", "timeout", "default-timeout", "retries", "resume-retries", "cache-dir"),
    *("no-cache-dir", "keyring-provider", "use-feature", "use-deprecated"),
)


def install_pinned(
    arguments: Sequence[str],
    what: str,
    *,
    pip: Sequence[str] = _PIP,
    folder: Path | None = None,
) -> None:
    """Installs wheels with the pinned hashes; raises LocalError that says why it failed."""
    install([*_PINNED, *arguments], what, pip=pip, folder=folder)


def download_pinned(arguments: Sequence[str], what: str, *, folder: Path) -> None:
    """Downloads wheels with the pinned hashes; raises LocalError that says why it failed."""
    _run("download", [*_PINNED, *arguments], what, pip=_PIP, folder=folder)


def install(
    arguments: Sequence[str], what: str, *, pip: Sequence[str], folder: Path | None = None
) -> None:
    """`pip install`; raises LocalError that says why it failed."""
    _run("install", arguments, what, pip=pip, folder=folder)


def _run(
    verb: str, arguments: Sequence[str], what: str, *, pip: Sequence[str], folder: Path | None
) -> None:
    done = subprocess.run(  # noqa: S603 - fixed words and paths, no shell
        [*pip, verb, "--quiet", "--disable-pip-version-check", "--no-input", *arguments],
        cwd=folder,
        env=environment(pip),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason, hint = why(done.stdout + done.stderr)
        raise LocalError(f"{what} could not be installed: {reason}", hint)


def environment(pip: Sequence[str] = _PIP, outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The outer environment, with pip's settings for reaching the index."""
    clean = cleaned(outer)
    files = _files(pip, clean, outer)
    if files is None:
        return clean
    own = {name: outer[name] for key in _REACHES if (name := _variable(key)) in outer}
    found = clean | files | own | {"PIP_CONFIG_FILE": os.devnull}
    if found.get("PIP_RETRIES") == "0":
        found["PIP_RETRIES"] = "1"  # with 0 retries pip does not name the network as the cause
    return found


def _files(
    pip: Sequence[str], clean: Mapping[str, str], outer: Mapping[str, str]
) -> dict[str, str] | None:
    """The settings in pip's configuration files; None if pip cannot read them."""
    choice = {name: outer[name] for name in ("PIP_CONFIG_FILE",) if name in outer}
    listed = _listed(tuple(pip), tuple(sorted({**clean, **choice}.items())))
    return None if listed is None else dict(_reaching(listed.splitlines()))


@cache
def _listed(pip: tuple[str, ...], settings: tuple[tuple[str, str], ...]) -> str | None:
    """Asked once for each environment: it starts a Python."""
    done = subprocess.run(  # noqa: S603 - fixed words, no shell
        [*pip, "config", "list"],
        env=dict(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return None if done.returncode else done.stdout


def _reaching(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`install.` after `global.`, so that it wins, as in pip."""
    for section in ("global.", "install."):
        for line in lines:
            key, _, text = line.partition("=")
            name = key.removeprefix(section)
            if key.startswith(section) and name in _REACHES:
                yield _variable(name), " ".join(str(ast.literal_eval(text)).split())


def _variable(key: str) -> str:
    return f"PIP_{key.replace('-', '_').upper()}"
