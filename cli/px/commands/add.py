"""`px add PACKAGE`: packages for the project's Worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Json

if TYPE_CHECKING:
    from px.packages.change import Changed

app = new_app()

Packages = Annotated[
    list[str],
    typer.Argument(metavar="PACKAGE...", help="Their names, with versions if you like."),
]


@app.command()
def add(packages: Packages, as_json: Json = False) -> None:
    """Add packages to the project's Worker.

    px finds versions that the Worker's Python can load, pins each by the hashes of its files in
    requirements/worker.txt, installs them beside the project and imports them in workerd. Only
    then does it change the project: what cannot run in the Worker is refused, with the reason. No
    code of a package runs on this machine. Uses pip's settings for the package index.

    \b
    Example: px add httpx
    """
    from px import terminal
    from px.library import carried
    from px.packages import change
    from px.project.workspace import find_project

    wanted = change.parse(packages)
    say, bar = terminal.talk(quiet=as_json), terminal.download_bar(quiet=as_json)
    tell(change.add(find_project(), wanted, carried(), say, bar), as_json=as_json)


def tell(done: Changed, *, as_json: bool) -> None:
    """What the project's Worker has now that it did not have, and the other way round."""
    from px import terminal

    new = {name: one for name, one in done.packages.items() if done.before.get(name) != one}
    gone = sorted(done.before.keys() - done.packages.keys())
    if as_json:
        added = [{"name": name, "version": one} for name, one in sorted(new.items())]
        terminal.document({"added": added, "removed": gone, "imported": done.imported})
        return
    for name, version in sorted(new.items()):
        terminal.data(f"{name} {version}")
    for name in gone:
        terminal.say(f"Removed {name}")
    if not new and not gone:
        terminal.say("Nothing to change: these packages are there already")
        return
    terminal.advise("Restart `px dev` if it is running; run `px deploy` to deploy them")
