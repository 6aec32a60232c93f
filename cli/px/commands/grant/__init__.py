"""`px grant ...`."""

from __future__ import annotations

from typing import ClassVar

from px.commands.groups import LazyGroup, new_app


class GrantGroup(LazyGroup):
    modules: ClassVar = {
        "add": "px.commands.grant.add",
        "list": "px.commands.grant.list",
        "remove": "px.commands.grant.remove",
    }
    aliases: ClassVar = {"ls": "list", "rm": "remove"}
    meant: ClassVar = {"create": "add", "delete": "remove", "revoke": "remove"}


app = new_app(GrantGroup)


@app.callback()
def grant() -> None:
    """Let other Workers read secrets, over a binding.

    The binding's props say what the Worker is called (`as`); its grant says what it may read.
    Without a grant it reads nothing. All of this needs an admin's token.

    \b
    Example: px grant add checkout --read DATABASE_URL
    """
