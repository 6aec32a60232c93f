"""`px secret ...`."""

from __future__ import annotations

import click

from px.commands.groups import CONTEXT, LazyGroup

_PLACES = {
    "create": "px.commands.secret.create:create",
    "list": "px.commands.secret.list:list_secrets",
    "exists": "px.commands.secret.exists:exists",
    "delete": "px.commands.secret.delete:delete",
    "import": "px.commands.secret.import_file:import_file",
}


@click.group(cls=LazyGroup, places=_PLACES, context_settings=CONTEXT)
def secret() -> None:
    """Put secrets in, list their names, check, delete. No command shows a value.

    \b
    Example: px secret list
    """
