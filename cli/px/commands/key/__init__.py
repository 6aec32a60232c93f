"""`px key ...`."""

from __future__ import annotations

from typing import ClassVar

from px.commands.groups import LazyGroup, new_app


class KeyGroup(LazyGroup):
    modules: ClassVar = {
        "list": "px.commands.key.list",
        "rotate": "px.commands.key.rotate",
        "recover": "px.commands.key.recover",
    }
    aliases: ClassVar = {"ls": "list"}


app = new_app(KeyGroup)


@app.callback()
def key() -> None:
    """List, replace and recover master keys.

    \b
    Example: px key list
    """
