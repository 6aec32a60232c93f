"""Brains whose cron is not in wrangler.toml: nothing starts them, and nothing else says so."""

from __future__ import annotations

from px.declared.code import Declared
from px.errors import PxError
from px.project.manifest import read_manifest
from px.project.workspace import Workspace
from px.terminal import printable


def never_started(project: Workspace, code: Declared) -> list[str]:
    """A sentence for each; none if the configuration cannot be read, which is told elsewhere."""
    if not code.schedules:
        return []
    try:
        crons = read_manifest(project.config, project.environment).crons
    except PxError:
        return []
    return [
        f"{place}: {_shown(one.brain)} never starts by itself; "
        f'add "{printable(one.cron)}" to `crons` of `triggers` in {project.config.name}'
        for one, place in code.schedules
        if one.cron not in crons
    ]


def _shown(title: str) -> str:
    return f"the brain {printable(title)!r}" if title else "this brain"
