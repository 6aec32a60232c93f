"""What an upgrade writes, all of it known before the first file changes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from px import __version__
from px.declared import stub
from px.new import pyproject
from px.new.pyproject import VENDOR, Pyproject, digest
from px.project.inheritance import Fields
from px.upgrade import classes, exports

NEW: Final = ".new"
CONFIG: Final = "wrangler.toml"
ENTRY: Final = "worker/entry.py"


@dataclass(slots=True)
class Plan:
    """`contents`: what to write, in this order; None deletes."""

    contents: dict[str, bytes | None] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    paste: str = ""  # into wrangler.toml
    paste_in_entry: str = ""

    def put(self, name: str, content: bytes | None, among: list[str]) -> None:
        self.contents[name] = content
        among.append(name)


def make(root: Path, ours: Pyproject, fresh: Mapping[str, bytes], fields: Fields) -> Plan:
    """For a project with these files of the px that runs; `fields`: wrangler's configuration."""
    plan = Plan()
    fresh = dict(fresh)
    fresh[CONFIG] = classes.merged(fresh[CONFIG].decode(), fields, __version__).encode()
    # The wheels first: requirements name them.
    for name in sorted(fresh, key=lambda one: (not one.startswith(f"{VENDOR}/"), one)):
        if name == stub.STUB:  # only the first one: then `px secret types` writes it
            if not (root / name).exists():
                plan.put(name, fresh[name], plan.created)
            continue
        _file(plan, root, name, fresh[name], ours.hashes.get(name))
        ours.remember({name: fresh[name]})
    if CONFIG not in plan.replaced:
        template = tomllib.loads(fresh[CONFIG].decode())
        plan.paste = classes.missing(template, fields, __version__)
    entry = root / ENTRY
    if ENTRY not in plan.contents and entry.is_file():
        plan.paste_in_entry = exports.missing(
            fresh[ENTRY].decode(), entry.read_text(errors="replace")
        )
    _leave(plan, root, ours, fresh)
    ours.template = __version__
    plan.contents[pyproject.FILE] = ours.content()
    return plan


def _file(plan: Plan, root: Path, name: str, content: bytes, known: str | None) -> None:
    """One file of the template; `known`: its hash as px wrote it, None if it is new in px."""
    path = root / name
    if not path.is_file():
        if known is None or name.startswith((f"{VENDOR}/", "requirements/")):
            plan.put(name, content, plan.created)
        return  # somebody removed it
    now = path.read_bytes()
    if now == content:
        return
    if digest(now) == known:
        plan.put(name, content, plan.replaced)
    elif known != digest(content):  # otherwise px has nothing new for it
        plan.put(f"{name}{NEW}", content, plan.beside)


def _leave(plan: Plan, root: Path, ours: Pyproject, fresh: Mapping[str, bytes]) -> None:
    """What px no longer has goes, if it is as px wrote it and no requirements name it."""
    for name, known in ours.hashes.items():
        if name in fresh:
            continue
        path = root / name
        if path.is_file() and digest(path.read_bytes()) == known:
            if any(Path(name).name in text for text in _requirements(plan, root)):
                continue
            plan.put(name, None, plan.removed)
        ours.forget(name)


def _requirements(plan: Plan, root: Path) -> list[str]:
    """As they will be."""
    names = {str(path.relative_to(root)) for path in root.glob("requirements/*.txt")}
    planned = {name: text for name, text in plan.contents.items() if name in names and text}
    return [
        (planned.get(name) or (root / name).read_bytes()).decode(errors="replace") for name in names
    ]
