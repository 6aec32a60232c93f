"""A file in `.px/` with the state of unfinished work: mode 600, deleted at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from px.errors import Refused
from px.project import owner_only, private_files
from px.project.workspace import Project


class UnderWay:
    """`what`: deploy or rotation, the file's name. `command`: the command that does the work."""

    def __init__(self, project: Project, what: str, command: str) -> None:
        self._folder = project.private
        self._what = what
        self._command = command

    @property
    def path(self) -> Path:
        return self._folder / f"{self._what}.json"

    def _load(self) -> Any:  # noqa: ANN401 - any JSON
        """Raises FileNotFoundError, ValueError, and Usage for a file others may have written."""
        return json.loads(private_files.read(self.path))

    def _keep(self, found: Mapping[str, object]) -> None:
        owner_only.make_folder(self._folder)
        owner_only.replace(self.path, (json.dumps(found, indent=2) + "\n").encode())

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises Refused while another process does the same work in the project."""
        try:
            with owner_only.locked(self._folder / f"{self._what}.lock", wait=False):
                yield
        except BlockingIOError:
            raise Refused(
                f"another `{self._command}` is running in this project",
                code=f"{self._what}_running",
            ) from None
