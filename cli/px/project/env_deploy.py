"""`.env.deploy`: only for its owner, ignored by git, and with the Worker's address and token."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from px.deploy.owner import TOKEN, URL, WORKER
from px.errors import Refused
from px.project import git, owner_only, private_files
from px.settings import DEPLOY_FILE, deploy_settings, find_deploy_file


class DeployFile:
    """The nearest one upwards, or else the one that px would create in `root`."""

    def __init__(self, folder: Path, root: Path) -> None:
        found = find_deploy_file(folder)
        self.path = found or root / DEPLOY_FILE

    def read(self) -> Mapping[str, str]:
        """Its settings, {} without a file. Raises Usage, and Refused if others can read it."""
        if not self.path.exists():
            return {}
        if self.path.stat().st_mode & 0o077:
            raise Refused(
                f"other users of this machine can read {DEPLOY_FILE}",
                code="deploy_file_open",
                hint=f"chmod 600 {DEPLOY_FILE}",
            )
        return deploy_settings(self.path.parent)

    def check_git(self) -> bool:
        """False outside a repository. Raises Refused if git would add the file, or tracks it."""
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
        return self._put({URL: url, TOKEN: token, WORKER: worker})

    def remember_worker(self, worker: str) -> bool:
        """PX_WORKER, if the file does not have it yet."""
        return self._put({WORKER: worker})

    def _put(self, settings: Mapping[str, str]) -> bool:
        now = self.read()
        if all(now.get(name) == text for name, text in settings.items()):
            return False
        old = private_files.read(self.path).decode() if self.path.exists() else ""
        # Writes to the target of a link: the link itself stays.
        owner_only.replace(self.path.resolve(), _with(old, settings).encode())
        return True


def _with(text: str, settings: Mapping[str, str]) -> str:
    """The text with these assignments instead of the old ones, or at the end."""
    from dotenv.parser import parse_stream

    parts, seen = [], set()
    for one in parse_stream(io.StringIO(text, newline="")):
        original = one.original.string
        if one.key is not None and one.key in settings:
            seen.add(one.key)
            original = _replaced(original, f"{one.key}={settings[one.key]}")
        parts.append(original)
    left = [f"{name}={value}\n" for name, value in settings.items() if name not in seen]
    body = "".join(parts)
    gap = "\n" if left and body and not body.endswith("\n") else ""
    return body + gap + "".join(left)


def _replaced(original: str, line: str) -> str:
    """Keeps the empty lines before it and the line end."""
    before = original[: len(original) - len(original.lstrip())]
    end = original[len(original.rstrip("\r\n")) :]
    return before + line + end
