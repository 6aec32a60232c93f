"""`px tools`: wrangler, workerd and Pyodide as px pins them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import Json

if TYPE_CHECKING:
    from px.tools.place import Tools

app = new_app()

SetUp = Annotated[
    bool, typer.Option("--set-up", help="Set them up now, unless they are: needs the network.")
]


@app.command()
def tools(set_up: SetUp = False, as_json: Json = False) -> None:
    """Show px's tools: wrangler, workerd and Pyodide.

    px pins them, sets them up in a cache of its own when it first needs them, once for all
    projects, and needs no network after that. This command compares each of their files with what
    was set up, as px does before it gives them a Cloudflare token.

    \b
    Example: px tools --set-up
    """
    from px.tools.inventory import check
    from px.tools.place import current

    found = _set_up(as_json=as_json) if set_up else current()
    checked = check(found) if found.are_set_up() else 0
    _show(found, checked, as_json=as_json)


def _set_up(*, as_json: bool) -> Tools:
    from px.tools.set_up import ensure_tools

    return ensure_tools(terminal.talk(quiet=as_json), terminal.download_bar(quiet=as_json))


def _show(found: Tools, checked: int, *, as_json: bool) -> None:
    from px.tools.place import versions

    if as_json:
        tools = [{"name": name, "version": version} for name, version in versions().items()]
        terminal.document({"tools": tools, "folder": str(found.folder), "files": checked})
        return
    for name, version in versions().items():
        terminal.data(f"{name} {version}")
    terminal.say(
        f"In {found.folder}: {checked:,} files, as they were set up"
        if checked
        else "Not set up yet: px does it when it first needs them, or: px tools --set-up"
    )
