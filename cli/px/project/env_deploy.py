"""`.env.deploy`: only for its owner, ignored by git, and with the Worker's address and token.

Each environment has its own, such as `.env.deploy.staging`; none is read for another.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from px.errors import Refused
from px.project import private_files
from px.project.upwards import find_config, find_upwards

if TYPE_CHECKING:
    from px.project.environment import Environment
    from px.project.workspace import Workspace

URL: Final = "PX_URL"
TOKEN: Final = "PX_TOKEN"  # noqa: S105 - a variable's name
WORKER: Final = "PX_WORKER"


def find_deploy_file(folder: Path, environment: Environment) -> Path | None:
    """The environment's nearest one upwards; in the project and the folder itself, any user's.

    Reading refuses another user's file: skipping it there would select another server.
    """
    here, name = folder.absolute(), environment.deploy_file
    mark = find_config(here)
    root = here if mark is None else mark.parent
    inside = (one for one in (here, *here.parents) if one == here or one.is_relative_to(root))
    near = next((path for one in inside if os.path.lexists(path := one / name)), None)
    return near or find_upwards(name, here)


def read_settings(path: Path) -> dict[str, str]:
    """The settings in this `.env.deploy`. Raises Usage."""
    from px.files.dotenv_file import read_assignments

    return {
        item.name: item.value or ""
        for item in read_assignments(private_files.read(path), path.name)
    }


class DeployFile:
    """The environment's nearest one upwards, or else where px would create it in the project."""

    def __init__(self, folder: Path, project: Workspace) -> None:
        found = find_deploy_file(folder, project.environment)
        self.path = found or project.root / project.environment.deploy_file

    @property
    def name(self) -> str:
        return self.path.name

    def read(self) -> Mapping[str, str]:
        """Its settings, {} without a file. Raises Usage, Refused.

        It holds a token and the account's credentials: no other user may read it, and git
        must ignore it.
        """
        if not os.path.lexists(self.path):
            return {}
        if self.path.exists() and private_files.is_exposed(self.path):
            raise Refused(
                f"other users of this machine can read {self.name}",
                code="deploy_file_open",
                hint=f"chmod 600 {self.name}",
            )
        found = read_settings(self.path)
        self.check_git()
        return found

    def check_git(self) -> bool:
        """False outside a repository. Raises Refused if git would add the file, or tracks it."""
        from px.project import git

        left_out = git.leaves_out(self.path)
        if left_out is False:
            raise Refused(
                f"git does not ignore {self.name}",
                code="deploy_file_not_ignored",
                hint=f"add it to .gitignore; if it is already committed: git rm --cached "
                f"{self.name}, and replace every credential in it",
            )
        return left_out is not None

    def remember(self, url: str, token: str, worker: str) -> bool:
        """Writes these settings, keeping all other bytes; false if nothing changed."""
        from px.files.dotenv_edit import assign
        from px.project import owner_only

        settings = {URL: url, TOKEN: token, WORKER: worker}
        now = self.read()
        if all(now.get(name) == text for name, text in settings.items()):
            return False
        old = private_files.read(self.path).decode() if self.path.exists() else ""
        # Writes to the target of a link: the link itself stays.
        owner_only.replace(self.path.resolve(), assign(old, settings).encode())
        return True
