"""`px secret ...`."""

from __future__ import annotations

from typing import ClassVar

from px.commands.groups import LazyGroup, new_app


class SecretGroup(LazyGroup):
    modules: ClassVar = {
        "create": "px.commands.secret.create",
        "list": "px.commands.secret.list",
        "uses": "px.commands.secret.uses",
        "exists": "px.commands.secret.exists",
        "delete": "px.commands.secret.delete",
        "history": "px.commands.secret.history",
        "rollback": "px.commands.secret.rollback",
        "restore": "px.commands.secret.restore",
        "destroy": "px.commands.secret.destroy",
        "import": "px.commands.secret.import_file",
        "policy": "px.commands.secret.policy",
        "due": "px.commands.secret.due",
        "require": "px.commands.secret.require",
        "types": "px.commands.secret.types",
    }
    aliases: ClassVar = {"ls": "list", "rm": "delete", "set": "create"}


app = new_app(SecretGroup)


@app.callback()
def secret() -> None:
    """Create, list, check, delete and restore secrets. No command shows a value.

    \b
    Example: px secret list
    """
