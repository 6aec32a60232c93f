"""The current folder, the project around it, and their private files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from px.project import private_files
from px.project.env_deploy import find_deploy_file
from px.project.environment import chosen
from px.project.private_files import SECRETS_FILE
from px.project.workspace import Workspace, nearest


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A file that only its owner may read and git must not track; `base` exists, `name` may not."""

    base: Path
    name: str

    @property
    def path(self) -> Path:
        return self.base / self.name


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The current folder."""

    folder: Path

    @property
    def project(self) -> Workspace | None:
        """The project; None outside one."""
        return nearest(self.folder)

    @property
    def private_files(self) -> list[PrivateFile]:
        """With the `.env.deploy` that px reads, which may be above the project."""
        base = self.folder if self.project is None else self.project.root
        names, environment = private_files.names_in(base), chosen()
        if self.project is None:
            names = [name for name in names if name in (SECRETS_FILE, environment.deploy_file)]
        deploy = find_deploy_file(self.folder, environment)
        elsewhere = {} if deploy is None else {environment.deploy_file: deploy.parent}
        return [PrivateFile(elsewhere.get(name, base), name) for name in names]

    def shown(self, file: PrivateFile) -> str:
        """The path as the user can type it here."""
        return self.display(file.path)

    def display(self, path: Path) -> str:
        from px.terminal import printable

        return printable(os.path.relpath(path, self.folder))
