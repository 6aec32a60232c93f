"""`px project ...`."""

from __future__ import annotations

from typing import ClassVar

from px.commands.groups import LazyGroup, new_app


class ProjectGroup(LazyGroup):
    modules: ClassVar = {
        "list": "px.commands.project.list",
        "adopt": "px.commands.project.adopt",
        "repair": "px.commands.project.repair",
        "export": "px.commands.project.export",
        "import": "px.commands.project.import_file",
    }
    aliases: ClassVar = {"ls": "list"}


app = new_app(ProjectGroup)


@app.callback()
def project() -> None:
    """List, adopt, repair, export and import projects.

    \b
    Example: px project list
    """
