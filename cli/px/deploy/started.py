"""`.px/deploy.json`: the root token of a deploy that has begun and not ended. Mode 600.

It is written before Cloudflare learns the token's hash, and goes when `.env.deploy` has the token.
`sent` says whether Cloudflare may know: if not, a root token that the Worker has is another's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from positronic.tokens import is_mistyped
from px.failures import Refused
from px.local import private
from px.local.project import Project


@dataclass(frozen=True, slots=True)
class Started:
    """The token, and whether its hash may be at Cloudflare."""

    token: str = field(repr=False)
    sent: bool


class StartedDeploy:
    """The one deploy that a project may have under way."""

    def __init__(self, project: Project, worker: str) -> None:
        self._folder = project.private
        self._worker = worker

    @property
    def path(self) -> Path:
        return self._folder / "deploy.json"

    def read(self) -> Started | None:
        """What was begun for this Worker here. Raises Refused."""
        try:
            found = json.loads(self.path.read_bytes())
            worker, started = (
                found["worker"],
                Started(_token(found["token"]), found["sent"] is True),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise Refused(
                ".px/deploy.json is malformed; nothing was changed",
                code="deploy_unreadable",
                hint="delete it, and run `px deploy --new-root-token`",
            ) from None
        return started if worker == self._worker else None

    def write(self, token: str, *, sent: bool) -> None:
        private.make_folder(self._folder)
        found = {"worker": self._worker, "token": token, "sent": sent}
        private.replace(self.path, (json.dumps(found, indent=2) + "\n").encode())

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


def _token(token: object) -> str:
    if not isinstance(token, str) or not token.startswith("px_root_") or is_mistyped(token):
        raise ValueError
    return token
