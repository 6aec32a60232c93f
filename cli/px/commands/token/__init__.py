"""`px token ...`."""

from __future__ import annotations

from typing import ClassVar

from px.commands.groups import LazyGroup, new_app


class TokenGroup(LazyGroup):
    modules: ClassVar = {
        "create": "px.commands.token.create",
        "list": "px.commands.token.list",
        "revoke": "px.commands.token.revoke",
    }
    aliases: ClassVar = {"ls": "list", "rm": "revoke"}


app = new_app(TokenGroup)


@app.callback()
def token() -> None:
    """Create, list and revoke tokens for people and CI.

    A runner runs brains, and sees no name of a secret. A deployer deploys code from CI. A reader
    lists names, a writer also changes secrets and runs brains, an admin also manages tokens,
    grants and keys.

    \b
    Example: px token create ci --role writer --expires 90d
    """
