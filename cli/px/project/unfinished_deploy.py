"""`.px/deploy.json`: the root token of an unfinished deploy. Mode 600.

It is written before Cloudflare gets the token's hash, and deleted once `.env.deploy` has the token.
`sent` says whether Cloudflare may have the hash: if not, the Worker's root token is another one.
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
    """The token, and whether Cloudflare may have its hash."""

    token: str = field(repr=False)
    sent: bool


class UnfinishedDeploy(Unfinished[BegunDeploy]):
    """The only deploy that a project can have under way; refused if for another Worker."""

    what, command = "deploy", "px deploy"
    repair = "delete the file, then run `px deploy --new-root-token`"

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
    """No other place has that token."""
    name = printable(worker)
    return Refused(
        f"a deploy of {name} was started here and has not finished; nothing was changed",
        code="deploy_pending",
        hint=f"finish it first, with {name} as the name in wrangler.toml",
    )


def _token(token: object) -> str:
    if not isinstance(token, str) or not token.startswith("px_root_") or is_mistyped(token):
        raise ValueError
    return token
