"""The options that commands share, and the client they make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from px.client import Client

F = TypeVar("F", bound=Callable[..., Any])

TIMEOUT = 30.0

json_option = click.option(
    "--json", "as_json", is_flag=True, help="JSON on stdout; errors as JSON on stderr."
)
name_argument = click.argument("name")

_SERVER = (
    click.option("--url", metavar="URL", help="The server.  [PX_URL]"),
    click.option("--project", metavar="NAME", help="The project.  [PX_PROJECT]"),
    click.option(
        "--timeout",
        type=float,
        default=TIMEOUT,
        show_default=True,
        metavar="SECONDS",
        help="For each request, retries included.",
    ),
    json_option,
)


def server_options(function: F) -> F:
    """--url, --project, --timeout and --json, in this order."""
    for option in reversed(_SERVER):
        function = option(function)
    return function


def connect(url: str | None, project: str | None, timeout: float) -> Client:
    """A client for the server that flags, environment and files name. Raises Usage."""
    import os
    from pathlib import Path

    from px.client import Client
    from px.settings import find_target

    target = find_target(url, project, timeout, environ=os.environ, folder=Path.cwd())
    return Client(target)
