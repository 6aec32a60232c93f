"""The checkout that is measured."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from px.local.setup import set_up
from px.local.stop_signals import first_signal
from px.project.workspace import Workspace, find_project


@contextmanager
def checkout() -> Iterator[Workspace]:
    """This one, with everything made that a local Worker needs.

    A signal that asks to stop is a KeyboardInterrupt, so that no Worker is left running.
    """
    with first_signal():
        project = find_project(Path(__file__).parent)
        set_up(project, lambda line: print(line, file=sys.stderr))
        yield project
