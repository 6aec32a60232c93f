"""The options that commands share, and the client they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from px.client import Client

TIMEOUT: Final = 30.0

Name = Annotated[str, typer.Argument(metavar="NAME", help="The secret's name.")]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="The server.  [PX_URL]")]
Project = Annotated[
    str | None, typer.Option("--project", metavar="NAME", help="The project.  [PX_PROJECT]")
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", help="For each request, retries included."),
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout; errors as JSON on stderr.")]


def connect(url: str | None, project: str | None, timeout: float) -> Client:
    """A client for the server that flags, environment and files name. Raises Usage."""
    import os
    from pathlib import Path

    from px.client import Client
    from px.settings import find_target

    target = find_target(url, project, timeout, environ=os.environ, folder=Path.cwd())
    return Client(target)
