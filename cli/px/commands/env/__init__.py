"""`px env ...`."""

from __future__ import annotations

from typing import ClassVar

from px.commands.groups import LazyGroup, new_app


class EnvironmentGroup(LazyGroup):
    modules: ClassVar = {
        "add": "px.commands.env.add",
        "list": "px.commands.env.list",
    }


app = new_app(EnvironmentGroup)


@app.callback()
def env() -> None:
    """Add and list the project's environments, such as staging.

    \b
    Example: px env list
    """
