"""A project that was never written to: an error for a read, a question before a write creates it.

Only a token that may list the projects can name one that does not exist: any other token belongs
to a project that does.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from px.api.client import Client
    from px.errors import Refused


def check_project(client: Client) -> None:
    """Raises Refused if the named project was never written to."""
    known = _others(client)
    if known is not None:
        raise _missing(client, known, "`px project list` lists those there are")


def agree_to_create(client: Client, *, agreed: bool) -> None:
    """Asks before the named project is created. Raises Refused, with `agreed` never.

    A server on this machine, px dev or px serve, creates it without a question.
    """
    if agreed or client.target.address.is_local:
        return
    known = _others(client)
    if known is None:
        return
    from px import terminal
    from px.commands.question import ask

    problem = _missing(client, known, "add --create-project to create it")
    if not terminal.is_terminal(sys.stdin):
        raise problem
    end = "" if problem.message.endswith("?") else ":"
    ask(f"{problem.message}{end} create `{client.target.project}`?", "nothing was sent")


def _others(client: Client) -> list[str] | None:
    """The projects there are, if the named one is not among them; None if px need not know."""
    from positronic.access.tokens import parse
    from px.api.projects import list_projects
    from px.errors import NotAllowed, Refused

    name = client.target.project
    if name in (None, client.target.default) or parse(client.target.token) is not None:
        return None
    known = []
    try:
        for one in list_projects(client):
            if one == name:
                return None  # without asking for the pages after it
            known.append(one)
    except (NotAllowed, Refused):  # the token or the server does not
        return None
    # The list may be lost (`px project repair`), or the project may be from before there was one.
    return None if _has_secrets(client) else known


def _has_secrets(client: Client) -> bool:
    return bool(client.get("/secrets?limit=1", lambda found: found["secrets"]))


def _missing(client: Client, known: list[str], otherwise: str) -> Refused:
    from px.commands.nearest_name import nearest
    from px.errors import Refused

    target = client.target
    question = nearest(str(target.project), known)
    return Refused(
        f"no project `{target.project}` at {target.server}" + (f"; {question}" if question else ""),
        code="no_project",
        hint=otherwise,
    )
