"""A Python to create virtual environments with: new enough, complete, and not in one itself.

This file and `__main__` also run on a Python that is too old, to report it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
NAMES = ("python3", *(f"python3.{minor}" for minor in range(16, OLDEST[1] - 1, -1)), "python")

_PROBE = """
import json, sys
def has(name):
    try:
        __import__(name)
    except Exception:
        return False
    return True
print(json.dumps({
    "version": list(sys.version_info[:3]),
    "base": getattr(sys, "_base_executable", None) or sys.executable,
    "in_venv": sys.prefix != getattr(sys, "base_prefix", sys.prefix),
    "venv": has("venv"), "pip": has("pip"), "ensurepip": has("ensurepip"),
}))
"""


class NoPython(Exception):
    """No suitable Python: a sentence, and what to do."""

    def __init__(self, sentence: str, hint: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


def choose(first: str = sys.executable) -> str:
    """The first suitable Python: the running one, then those on the PATH; raises NoPython."""
    refusals = []
    for path in _candidates(first):
        found = _ask(path)
        if found and found["in_venv"]:  # an active one, even another project's, is not used
            path = found["base"]
            found = _ask(path)
        refusal = _refusal(path, found) if found else None
        if found and not refusal:
            return path
        if refusal:
            refusals.append(refusal)
    # One that is new enough is closer to suitable than one that is not.
    raise min(refusals, key=lambda one: "newer" in one.sentence, default=_none())


def _candidates(first: str) -> "list[str]":
    on_path = [shutil.which(name) for name in NAMES]
    everywhere = [
        str(Path(folder, "python3"))
        for folder in os.get_exec_path()
        if os.access(Path(folder, "python3"), os.X_OK)
    ]
    found = [path for path in (first, *on_path, *everywhere) if path]
    return list(dict.fromkeys(found))


def _ask(path: str) -> "dict | None":  # type: ignore[type-arg]
    """What it reports about itself; None if it does not run."""
    try:
        done = subprocess.run(  # noqa: S603 - a program on the PATH, fixed words
            [path, "-E", "-c", _PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        found = json.loads(done.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _refusal(path: str, found: dict) -> "NoPython | None":  # type: ignore[type-arg]
    version = ".".join(str(part) for part in found["version"])
    if tuple(found["version"]) < OLDEST:
        return NoPython(
            f"python 3.11 or newer is needed; found {version} at {path}",
            "install a newer one and put it on the PATH as python3",
        )
    if not found["venv"]:
        return NoPython(
            f"python {version} at {path} has no module venv",
            "install it (on Debian and Ubuntu: apt install python3-venv)",
        )
    if not (found["pip"] or found["ensurepip"]):
        return NoPython(
            f"python {version} at {path} has no pip",
            "install it (on Debian and Ubuntu: apt install python3-pip)",
        )
    return None


def _none() -> NoPython:
    return NoPython(
        "python 3.11 or newer is needed; there is none on the PATH",
        "install one and put it on the PATH as python3",
    )
