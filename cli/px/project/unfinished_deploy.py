"""`.px/deploy.json`: the root token of an unfinished deploy. Mode 600.

It is written before Cloudflare gets the token's hash, and deleted once `.env.deploy` has the token.
`sent` says whether Cloudflare may have the hash: if not, the Worker's root token is another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from positronic.access.tokens import is_mistyped
from px.errors import Refused
from px.project.unfinished import UnderWay
from px.project.workspace import Project
from px.terminal import printable


@dataclass(frozen=True, slots=True)
class Started:
    """The token, and whether Cloudflare may have its hash."""

    token: str = field(repr=False)
    sent: bool


class StartedDeploy(UnderWay):
    """The only deploy that a project can have under way."""

    def __init__(self, project: Project, worker: str) -> None:
        super().__init__(project, "deploy", "px deploy")
        self._worker = worker

    def read(self) -> Started | None:
        """The unfinished deploy of this Worker here. Raises Refused."""
        try:
            found = self._load()
            worker = str(found["worker"])
            started = Started(_token(found["token"]), found["sent"] is True)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise Refused(
                ".px/deploy.json is malformed; nothing was changed",
                code="deploy_unreadable",
                hint="delete the file, then run `px deploy --new-root-token`",
            ) from None
        if worker != self._worker and started.sent:
            raise _anothers(worker)
        return started if worker == self._worker else None

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
