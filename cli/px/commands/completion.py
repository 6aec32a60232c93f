"""`px completion SHELL`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Json, one_of

app = new_app()
Shell = Annotated[
    str,
    typer.Argument(
        metavar="SHELL", help="bash, zsh or fish.", autocompletion=one_of("bash", "zsh", "fish")
    ),
]


@app.command()
def completion(shell: Shell, as_json: Json = False) -> None:
    """Print the script that makes Tab complete px's commands.

    It completes commands, options and names of secrets. The names come from a cache that `px secret
    list`, create, import and delete update: only names, in ~/.cache/px, readable only by you. Tab
    never asks a server. PX_NO_CACHE=1 turns the cache off.

    \b
    Example: px completion bash

    \b
    In ~/.bashrc:                  eval "$(px completion bash)"
    In ~/.zshrc, after compinit:   eval "$(px completion zsh)"
    In ~/.config/fish/config.fish: px completion fish | source
    """
    from px import terminal
    from px.completion.shells import SHELLS, script
    from px.errors import Usage

    if shell not in SHELLS:
        raise Usage("SHELL must be bash, zsh or fish")
    if as_json:
        terminal.document({"shell": shell, "script": script(shell)})
    else:
        terminal.data(script(shell))
