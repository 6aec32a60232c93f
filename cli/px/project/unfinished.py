"""A file in `.px/` with the state of unfinished work: mode 600, deleted at the end."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from px.errors import Refused
from px.project import owner_only, private_files
from px.project.workspace import Workspace

T = TypeVar("T")


class Unfinished(ABC, Generic[T]):
    """`what`: deploy or rotation, the file's name. `command`: the command that does the work."""

    what: ClassVar[str]
    command: ClassVar[str]
    repair: ClassVar[str]  # what to do about a malformed file

    def __init__(self, project: Workspace) -> None:
        self._project = project

    @property
    def path(self) -> Path:
        return self._project.own(f"{self.what}.json")

    def read(self) -> T | None:
        """The unfinished work here. Raises Refused if malformed, Usage for another user's file."""
        try:
            return self._parse(json.loads(private_files.read(self.path)))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise Refused(
                f".px/{self.path.name} is malformed; nothing was changed",
                code=f"{self.what}_unreadable",
                hint=self.repair,
            ) from None

    @abstractmethod
    def _parse(self, found: Any) -> T | None:  # noqa: ANN401 - any JSON
        """Raises ValueError, KeyError, TypeError."""

    def _keep(self, found: Mapping[str, object]) -> None:
        owner_only.make_folder(self.path.parent)
        owner_only.replace(self.path, (json.dumps(found, indent=2) + "\n").encode())

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises Refused while another process does the same work in the project."""
        try:
            with owner_only.locked(self._project.own(f"{self.what}.lock"), wait=False):
                yield
        except BlockingIOError:
            raise Refused(
                f"another `{self.command}` is running in this project", code=f"{self.what}_running"
            ) from None
