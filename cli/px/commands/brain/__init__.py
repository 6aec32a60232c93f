"""`px brain ...`."""

from __future__ import annotations

from typing import ClassVar

from px.commands.groups import LazyGroup, new_app


class BrainGroup(LazyGroup):
    modules: ClassVar = {
        "list": "px.commands.brain.list",
        "show": "px.commands.brain.show",
        "run": "px.commands.brain.run",
        "runs": "px.commands.brain.runs",
        "watch": "px.commands.brain.watch",
        "status": "px.commands.brain.status",
        "cancel": "px.commands.brain.cancel",
        "rerun": "px.commands.brain.rerun",
    }
    aliases: ClassVar = {"ls": "list"}


app = new_app(BrainGroup)


@app.callback()
def brain() -> None:
    """Run the project's brains and watch their runs.

    \b
    Example: px brain run example --watch
    """
