"""`px key recover`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.key.store import key_store
from px.commands.options import Env, Json

if TYPE_CHECKING:
    from px.project.workspace import Workspace

app = new_app()
File = Annotated[Path, typer.Argument(metavar="FILE", help="The recovery file.")]
Local = Annotated[bool, typer.Option("--local", help="Write to .dev.vars, for the local Worker.")]
Stdin = Annotated[bool, typer.Option("--passphrase-stdin", help="Read the passphrase from stdin.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Delete the deployed Worker's current master keys.")
]


@app.command()
def recover(
    file: File,
    local: Local = False,
    passphrase_stdin: Stdin = False,
    replace: Replace = False,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Restore a master key from a recovery file, without showing it.

    For a Worker that was deleted or lost its MASTER_KEYS: its records in KV can be opened again.
    Asks for the file's passphrase. Then run `px deploy`, which finds the earlier KV namespace.

    \b
    Example: px key recover .px/recovery-positronic-secrets.json
    """
    from px.errors import Interrupted
    from px.keys.passphrase import Passphrase
    from px.keys.recovery_file import RecoveryFile
    from px.project.workspace import find_project

    found, project = RecoveryFile(file), find_project()
    header = found.header()
    if not local:
        _check_worker(project, header.worker)
    store = key_store(project, local=local)
    store.check_recovery(replace=replace)
    passphrase = Passphrase(stdin=passphrase_stdin)
    passphrase.check()
    try:
        key = found.open(passphrase)
        done = store.bring_back(key)
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the key may be back: run it again to be sure") from None
    if as_json:
        terminal.document({"key": key.id, "worker": header.worker, "local": local})
    else:
        terminal.say(done)


def _check_worker(project: Workspace, worker: str) -> None:
    from px.errors import Refused
    from px.project.manifest import read_manifest

    if read_manifest(project.config, project.environment).worker != worker:
        raise Refused(
            "the recovery file belongs to another Worker than the one in wrangler.toml; "
            "nothing was changed",
            code="another_worker",
            hint="run px in the project of that Worker",
        )
