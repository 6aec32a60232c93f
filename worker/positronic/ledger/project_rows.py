"""The directory: a row for each project that was ever written to, in a ledger of its own."""

from __future__ import annotations

from typing import Final

from positronic.ledger.rows import Kind
from positronic.names import Project

DIRECTORY: Final = Project(".projects")  # no project's name starts with a dot
PROJECTS: Final = Kind("project")
