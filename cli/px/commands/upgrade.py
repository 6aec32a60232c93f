"""`px upgrade`: the project gets the files of the px that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from px.commands.groups import new_app
from px.commands.options import Json

if TYPE_CHECKING:
    from px.upgrade.plan import Plan

app = new_app()


@app.command()
def upgrade(as_json: Json = False) -> None:
    """Bring the project's files to this version of px.

    Files that are as px wrote them are replaced. One that you changed stays, and px's is put
    beside it as FILE.new. The library and px in vendor/ are renewed, and the packages that
    `px add` added are pinned again. px prints what wrangler.toml and worker/entry.py lack.

    \b
    Example: px upgrade
    """
    from px import terminal
    from px.library import carried
    from px.library.own_wheel import own
    from px.project.workspace import find_project
    from px.upgrade import run

    say, bar = terminal.talk(quiet=as_json), terminal.download_bar(quiet=as_json)
    _tell(run.upgrade(find_project(), carried(), own(), say, bar), as_json=as_json)


def _tell(plan: Plan, *, as_json: bool) -> None:
    from px import __version__, terminal

    if as_json:
        lists = {
            "replaced": plan.replaced,
            "created": plan.created,
            "removed": plan.removed,
            "beside": plan.beside,
        }
        pasted = {"paste": plan.paste, "pasteInEntry": plan.paste_in_entry}
        terminal.document({"version": __version__, **lists, **pasted})
        return
    for what, names in (
        ("Replaced", plan.replaced),
        ("Created", plan.created),
        ("Removed", plan.removed),
        ("You changed the file; px's new one is", plan.beside),
    ):
        for name in names:
            terminal.say(f"{what} {name}")
    for name, lacks in (("wrangler.toml", plan.paste), ("worker/entry.py", plan.paste_in_entry)):
        if lacks:
            terminal.say(f"{name} lacks what follows on stdout: paste it there")
            terminal.data(lacks)
    terminal.say(f"The project is at px {__version__}")
