"""`.px/deploy.json`: the root token of a deploy that has begun and not ended. Mode 600.

It is written before Cloudflare learns the token's hash, and goes when `.env.deploy` has the token.
`sent` says whether Cloudflare may know: if not, a root token that the Worker has is another's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from positronic.access.tokens import is_mistyped
from px.errors import Refused
from px.project.unfinished import Unfinished
from px.project.workspace import Workspace
from px.terminal import printable


@dataclass(frozen=True, slots=True)
class BegunDeploy:
    """The token, and whether its hash may be at Cloudflare."""

    token: str = field(repr=False)
    sent: bool


class UnfinishedDeploy(Unfinished[BegunDeploy]):
    """The one deploy that a project may have under way; of this Worker, or refused."""

    what, command = "deploy", "px deploy"
    repair = "delete it, and run `px deploy --new-root-token`"

    def __init__(self, project: Workspace, worker: str) -> None:
        super().__init__(project)
        self._worker = worker

    def _parse(self, found: Any) -> BegunDeploy | None:  # noqa: ANN401 - any JSON
        worker = str(found["worker"])
        begun = BegunDeploy(_token(found["token"]), found["sent"] is True)
        if worker != self._worker and begun.sent:
            raise _anothers(worker)
        return begun if worker == self._worker else None

    def write(self, token: str, *, sent: bool) -> None:
        self._keep({"worker": self._worker, "token": token, "sent": sent})


def _anothers(worker: str) -> Refused:
    """The file is the only place that has that token."""
    name = printable(worker)
    return Refused(
        f"a deploy of {name} was begun here and has not ended; nothing was changed",
        code="deploy_pending",
        hint=f"end it first, with {name} as the name in wrangler.toml",
    )


def _token(token: object) -> str:
    if not isinstance(token, str) or not token.startswith("px_root_") or is_mistyped(token):
        raise ValueError
    return token
