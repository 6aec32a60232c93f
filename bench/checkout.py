"""The checkout that is measured."""

from __future__ import annotations

import sys
from pathlib import Path

from px.local.setup import set_up
from px.project.workspace import Project, find_project


def checkout() -> Project:
    """This one, with everything made that a local Worker needs."""
    project = find_project(Path(__file__).parent)
    set_up(project, lambda line: print(line, file=sys.stderr))
    return project
