"""`px target ...`."""

from __future__ import annotations

from typing import ClassVar

from px.commands.groups import LazyGroup, new_app


class TargetGroup(LazyGroup):
    modules: ClassVar = {
        "add": "px.commands.target.add",
        "list": "px.commands.target.list",
        "check": "px.commands.target.check",
        "sync": "px.commands.target.sync",
        "remove": "px.commands.target.remove",
        "credential": "px.commands.target.credential",
    }
    aliases: ClassVar = {"ls": "list", "rm": "remove"}
    meant: ClassVar = {"create": "add", "delete": "remove", "push": "sync", "verify": "check"}


app = new_app(TargetGroup)


@app.callback()
def target() -> None:
    """Copy secrets to AWS, Fly.io, Vault or another Worker.

    Where targets may be is in the Worker's own configuration (docs/targets.md). These commands
    switch them on for some secrets, and off. All but list need an admin's token.

    \b
    Example: px target add prod-aws --secret DATABASE_URL
    """
