"""`px remove PACKAGE`: takes packages out of the project's Worker."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Json

app = new_app()

Packages = Annotated[list[str], typer.Argument(metavar="PACKAGE...", help="Their names.")]


@app.command()
def remove(packages: Packages, as_json: Json = False) -> None:
    """Remove packages that `px add` added.

    With them goes what only they needed.

    \b
    Example: px remove httpx
    """
    from px import terminal
    from px.commands.add import tell
    from px.library import carried
    from px.packages import change
    from px.project.workspace import find_project

    say, bar = terminal.talk(quiet=as_json), terminal.download_bar(quiet=as_json)
    tell(change.remove(find_project(), packages, carried(), say, bar), as_json=as_json)
