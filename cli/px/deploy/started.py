"""`.px/deploy.json`: the root token of a deploy that has begun and not ended. Mode 600.

It is written before Cloudflare learns the token's hash, and goes when `.env.deploy` has the token.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from positronic.tokens import is_mistyped
from px.failures import Refused
from px.local import private
from px.local.project import Project


class StartedDeploy:
    """The one deploy that a project may have under way."""

    def __init__(self, project: Project, worker: str) -> None:
        self._folder = project.private
        self._worker = worker

    @property
    def path(self) -> Path:
        return self._folder / "deploy.json"

    def read(self) -> str | None:
        """The token, if a deploy of this Worker has begun here. Raises Refused."""
        try:
            found = json.loads(self.path.read_bytes())
            worker, token = found["worker"], _checked(found["token"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise Refused(
                ".px/deploy.json is malformed; nothing was changed",
                code="deploy_unreadable",
                hint="delete it, and run `px deploy --new-root-token`",
            ) from None
        return token if worker == self._worker else None

    def write(self, token: str) -> None:
        private.make_folder(self._folder)
        text = json.dumps({"worker": self._worker, "token": token}, indent=2) + "\n"
        private.replace(self.path, text.encode())

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises Refused while another deploy runs in the project."""
        try:
            with private.locked(self._folder / "deploy.lock", wait=False):
                yield
        except BlockingIOError:
            raise Refused(
                "another `px deploy` runs in this project", code="deploy_running"
            ) from None


def _checked(token: object) -> str:
    if not isinstance(token, str) or not token.startswith("px_root_") or is_mistyped(token):
        raise ValueError
    return token
