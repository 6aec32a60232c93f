"""The directory: a row for each project that was ever written to, in a ledger of its own."""

from __future__ import annotations

from typing import Final

from positronic.names import Project
from positronic.rows import Kind

DIRECTORY: Final = Project(".projects")  # no project's name starts with a dot
PROJECTS: Final = Kind("project")
