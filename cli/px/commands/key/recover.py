"""`px key recover`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.key.store import host_keys, key_store
from px.commands.options import DataFolderOption, Env, Json

if TYPE_CHECKING:
    from px.keys.key_store import KeyStore
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
    data: DataFolderOption = None,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Restore a master key from a recovery file, without showing it.

    For a Worker that was deleted or lost its MASTER_KEYS: its records in KV can be opened again.
    Asks for the file's passphrase. Then run `px deploy`, which finds the earlier KV namespace. With
    --data it goes into the data folder of a `px serve`.

    \b
    Example: px key recover .px/recovery-positronic-secrets.json
             px key recover recovery.json --data /srv/px
    """
    from px.errors import Interrupted
    from px.keys.passphrase import Passphrase
    from px.keys.recovery_file import RecoveryFile

    found = RecoveryFile(file)
    header = found.header()
    store = (
        _store(header.worker, local) if data is None else _store_of_host(header.worker, data, local)
    )
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


def _store(worker: str, local: bool) -> KeyStore:
    from px.project.workspace import find_project

    project = find_project()
    if not local:
        _check_worker(project, worker)
    return key_store(project, local=local)


def _store_of_host(name: str, data: Path, local: bool) -> KeyStore:
    from px.errors import Refused, Usage

    if local:
        raise Usage("--local and --data cannot be used together")
    keys = host_keys(data)
    if keys.name() not in (None, name):
        raise Refused(
            "the recovery file belongs to another host than that of the data folder; "
            "nothing was changed",
            code="another_worker",
        )
    return keys


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
