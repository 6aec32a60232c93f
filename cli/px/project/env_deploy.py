"""`.env.deploy`: the owner's alone, unknown to git, and where the Worker's address is kept."""

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
    """The nearest `.env.deploy`. In the project, and in the folder itself, whosever it is.

    Reading it refuses another user's: it must not be passed over there, for another server's.
    """
    here = folder.absolute()
    mark = find_upwards(PROJECT_MARK, here)
    root = here if mark is None else mark.parent
    inside = (one for one in (here, *here.parents) if one == here or one.is_relative_to(root))
    near = next((path for one in inside if os.path.lexists(path := one / DEPLOY_FILE)), None)
    return near or find_upwards(DEPLOY_FILE, here)


def read_settings(path: Path) -> dict[str, str]:
    """What this `.env.deploy` holds. Raises Usage."""
    from px.files.dotenv_file import read_assignments

    return {
        item.name: item.value or ""
        for item in read_assignments(private_files.read(path), DEPLOY_FILE)
    }


class DeployFile:
    """The nearest one upwards; where there is none, the one that px would make in `root`."""

    def __init__(self, folder: Path, root: Path) -> None:
        found = find_deploy_file(folder)
        self.path = found or root / DEPLOY_FILE

    def read(self) -> Mapping[str, str]:
        """Its settings, {} without a file. Raises Usage, Refused.

        It holds the root token and what opens the account: nobody else may read it, nor git take
        it.
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
        """False outside a repository. Raises Refused when git would take the file, or has it."""
        from px.project import git

        left_out = git.leaves_out(self.path)
        if left_out is False:
            raise Refused(
                f"git does not ignore {DEPLOY_FILE}",
                code="deploy_file_not_ignored",
                hint=f"add it to .gitignore; if it is committed already: git rm --cached "
                f"{DEPLOY_FILE}, and replace what was in it",
            )
        return left_out is not None

    def remember(self, url: str, token: str, worker: str) -> bool:
        """Puts these into the file, whose other bytes stay; false when they stood there."""
        return self._put({URL: url, TOKEN: token, WORKER: worker})

    def remember_worker(self, worker: str) -> bool:
        """Whose the file is, where it did not say."""
        return self._put({WORKER: worker})

    def _put(self, settings: Mapping[str, str]) -> bool:
        from px.files.dotenv_edit import assign
        from px.project import owner_only

        now = self.read()
        if all(now.get(name) == text for name, text in settings.items()):
            return False
        old = private_files.read(self.path).decode() if self.path.exists() else ""
        # Where a link leads: the link itself stays.
        owner_only.replace(self.path.resolve(), assign(old, settings).encode())
        return True
