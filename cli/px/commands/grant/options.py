"""What the commands of grants share: the app, and the names of secrets."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from px.commands import typed_value
from px.commands.options import known_secret

AppName = Annotated[
    str, typer.Argument(metavar="AS", help="The app: what the props of its binding call it.")
]


def read_option(help_: str) -> Any:  # noqa: ANN401 - typer's type
    return typer.Option(
        "--read",
        metavar="NAME",
        help=help_,
        autocompletion=known_secret,
        callback=typed_value.refuse_any,
    )
