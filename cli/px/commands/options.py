"""The options that commands share, and the client that they create."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final

import typer

from px.invocation import note_project, note_url

if TYPE_CHECKING:
    from px.api.admin import Admin
    from px.api.secrets import Client
    from px.settings import Target

TIMEOUT: Final = 30.0


def one_of(*words: str) -> Callable[[str], list[str]]:
    """Completes one of a few words."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete


def known_secret(ctx: typer.Context, incomplete: str) -> list[str]:
    """Completes a secret's name, from a cache."""
    from px.completion.shells import secret_names

    return secret_names(ctx, incomplete)


Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The secret's name.", autocompletion=known_secret),
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The server.  [PX_URL]", callback=note_url),
]
Project = Annotated[
    str | None,
    typer.Option(
        "--project", metavar="NAME", help="The project.  [PX_PROJECT]", callback=note_project
    ),
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", help="Limit for each request, with retries."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON; errors as JSON on stderr.")]


Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask for confirmation.")]


def connect(url: str | None, project: str | None, timeout: float) -> Client:
    """A client for the server that flags, environment or files name. Raises Usage."""
    import os

    from px.api.secrets import Client
    from px.completion.names import known_names

    target = find(url, project, timeout)
    return Client(target, names=known_names(target, os.environ))


def administer(url: str | None, project: str | None, timeout: float) -> Admin:
    """The same for tokens, audit and keys."""
    from px.api.admin import Admin

    return Admin(find(url, project, timeout))


def find(url: str | None, project: str | None, timeout: float) -> Target:
    import os
    from pathlib import Path

    from px.settings import find_target

    return find_target(url, project, timeout, environ=os.environ, folder=Path.cwd())


def ask(question: str, otherwise: str) -> None:
    """Raises Refused or Interrupted, with `otherwise`, unless the answer is yes."""
    import sys

    from px import terminal
    from px.errors import Interrupted, Refused

    if not terminal.is_terminal(sys.stdin):
        raise Refused(
            f"there is no terminal to confirm on; {otherwise}",
            code="not_confirmed",
            hint="use --yes",
        )
    try:
        agreed = terminal.confirm(question)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {otherwise}") from None
    if not agreed:
        raise Refused(otherwise, code="not_confirmed")
