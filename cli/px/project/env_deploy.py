"""`.env.deploy`: only for its owner, ignored by git, and with the Worker's address and token."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from px.errors import Refused
from px.project import private_files
from px.project.private_files import DEPLOY_FILE
from px.project.upwards import PROJECT_MARK, find_upwards

URL: Final = "PX_URL"
TOKEN: Final = "PX_TOKEN"  # noqa: S105 - a variable's name
WORKER: Final = "PX_WORKER"


def find_deploy_file(folder: Path) -> Path | None:
    """The nearest `.env.deploy`; in the project and the folder itself, any user's.

    Reading refuses another user's file: skipping it there would select another server.
    """
    here = folder.absolute()
    mark = find_upwards(PROJECT_MARK, here)
    root = here if mark is None else mark.parent
    inside = (one for one in (here, *here.parents) if one == here or one.is_relative_to(root))
    near = next((path for one in inside if os.path.lexists(path := one / DEPLOY_FILE)), None)
    return near or find_upwards(DEPLOY_FILE, here)


def read_settings(path: Path) -> dict[str, str]:
    """The settings in this `.env.deploy`. Raises Usage."""
    from px.files.dotenv_file import read_assignments

    return {
        item.name: item.value or ""
        for item in read_assignments(private_files.read(path), DEPLOY_FILE)
    }


class DeployFile:
    """The nearest one upwards, or else the one that px would create in `root`."""

    def __init__(self, folder: Path, root: Path) -> None:
        found = find_deploy_file(folder)
        self.path = found or root / DEPLOY_FILE

    def read(self) -> Mapping[str, str]:
        """Its settings, {} without a file. Raises Usage, Refused.

        It holds a token and the account's credentials: no other user may read it, and git
        must ignore it.
        """
        if not os.path.lexists(self.path):
            return {}
        if self.path.exists() and private_files.is_exposed(self.path):
            raise Refused(
                f"other users of this machine can read {DEPLOY_FILE}",
                code="deploy_file_open",
                hint=f"chmod 600 {DEPLOY_FILE}",
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
                f"git does not ignore {DEPLOY_FILE}",
                code="deploy_file_not_ignored",
                hint=f"add it to .gitignore; if it is already committed: git rm --cached "
                f"{DEPLOY_FILE}, and replace every credential in it",
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
