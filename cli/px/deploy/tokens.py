"""Where a deploy leaves its tokens: root's in `.px/root.json`, an admin's in `.env.deploy`.

The root token is in its new place before `.env.deploy` loses it, so a deploy that stops in between
only has to run again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from positronic.access.tokens import Token, parse
from positronic.names import parse_token_name
from px.api.client import Client
from px.api.tokens import Tokens
from px.deploy.old_token import keep_replaced
from px.deploy.owner import is_of
from px.errors import NotAllowed, PxError
from px.project.env_deploy import TOKEN, URL, WORKER, DeployFile
from px.project.root_file import RootToken, read_root, write_root
from px.project.workspace import Workspace
from px.settings import Target, make_target

NAME: Final = parse_token_name("px-deploy")


class DeployTokens:
    """The tokens in a project's folder, which are one Worker's. `say` tells the user."""

    def __init__(self, project: Workspace, file: DeployFile, say: Callable[[str], None]) -> None:
        self._project = project
        self._file = file
        self._say = say

    def root(self, worker: str, account: str) -> RootToken | None:
        """The Worker's root token; px wrote it into `.env.deploy` in earlier versions."""
        found = read_root(self._project.root_json)
        if found is not None and is_of(found.worker, worker, account):
            return found
        return self._old_root()

    def keep_root(self, root: RootToken) -> None:
        """Writes it to its file, and keeps another one that was there."""
        known, old = read_root(self._project.root_json), self._old_root()
        for replaced in {one.token: one for one in (known, old) if one is not None}.values():
            for line in keep_replaced(self._project, replaced, root.token):
                self._say(line)
        if known != root:
            write_root(self._project.root_json, root)
            self._say(f"Wrote the root token to {self._project.environment.root_file}")

    def keep_admin(self, target: Target, worker: str) -> None:
        """Puts a token for daily use into `.env.deploy`, unless a valid one is there.

        `target` has the root token.
        """
        known = self._file.read().get(TOKEN, "")
        moved = self._old_root() is not None
        if not _is_accepted(target, known):
            try:
                with Client(target) as client:
                    known = Tokens(client).issue(NAME, "admin", None).text
            except PxError as error:
                if error.code != "adopting":
                    raise
                self._say(f"Warning: {self._file.name} got no admin token: {error.message}")
                return
        if self._file.remember(target.address.origin, known, worker):
            self._say(self._wrote(parse(known), moved=moved))

    def _wrote(self, token: Token | None, *, moved: bool) -> str:
        project = token.project if token else "its default"
        instead = ", in place of the root token" if moved else ""
        file = self._file.name
        return f"Wrote PX_URL and PX_TOKEN to {file}: an admin token of project {project}{instead}"

    def _old_root(self) -> RootToken | None:
        found = self._file.read()
        token = found.get(TOKEN, "")
        if not token or parse(token) is not None:
            return None
        return RootToken(found.get(URL, ""), token, found.get(WORKER, ""))


def _is_accepted(target: Target, token: str) -> bool:
    """Whether it is a project's token that the Worker knows."""
    if parse(token) is None:
        return False
    own = make_target(target.address.origin, token, source="this deploy")
    try:
        with Client(replace(own, timeout=target.timeout)) as client:
            client.check()
    except NotAllowed as problem:
        return problem.code == "forbidden"  # a runner's
    return True
