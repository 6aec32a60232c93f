"""`px key rotate`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.key.store import RotatedKeys, keys_of_host, keys_of_project
from px.commands.options import DataFolderOption, Server, with_server
from px.errors import Interrupted, Usage
from px.server_choice import Root

if TYPE_CHECKING:
    from px.keys.next_recovery import Keeper, NextRecovery
    from px.keys.rotate import Rotated
    from px.settings import Target
    from px.terminal import Progress

app = new_app()
Settle = Annotated[
    float,
    typer.Option(
        "--settle",
        metavar="SECONDS",
        min=0,
        max=3600,
        help="Wait, and look again, before dropping old keys.",
    ),
]

Recovery = Annotated[
    Path | None,
    typer.Option(
        "--recovery-file",
        metavar="FILE",
        help="Where to write the new recovery file.  [default: .px/recovery-WORKER.json]",
    ),
]
NoRecovery = Annotated[
    bool, typer.Option("--no-recovery-file", help="Write no recovery file: a lost key stays lost.")
]
Stdin = Annotated[bool, typer.Option("--passphrase-stdin", help="Read the passphrase from stdin.")]


@app.command()
@with_server(projects=False, root=Root.NEEDED)
def rotate(
    server: Server,
    settle: Settle = 0,
    recovery_file: Recovery = None,
    no_recovery_file: NoRecovery = False,
    passphrase_stdin: Stdin = False,
    data: DataFolderOption = None,
) -> None:
    """Replace the Worker's master key while the Worker is in use.

    It adds a new key, re-seals everything in all projects under it, and then drops the old keys:
    once nothing is under them, and every project's ledger has confirmed that it uses the new one.
    If it stops, run it again to continue.

    Needs the root token and the project's folder: a local Worker's keys are in .dev.vars; wrangler
    sets a deployed Worker's keys with the credentials in .env.deploy. A deployed Worker's new key
    gets a recovery file, sealed with a passphrase that px asks for first; the old key's file is
    kept under another name, because it opens older copies of KV. With --data it is the master key
    of a `px serve`, which reads it again while it runs.

    \b
    Example: px key rotate
             px key rotate --passphrase-stdin < passphrase.txt
    """
    from dataclasses import replace

    if recovery_file and no_recovery_file:
        raise Usage("--recovery-file and --no-recovery-file cannot be used together")
    found = server.target()
    server.check_target(found)
    target = replace(found, project=None)  # PX_PROJECT selects one project; a key covers all
    if not server.as_json:
        terminal.say(f"The server is {target.server}, all projects")
    keys = keys_of_project(target) if data is None else keys_of_host(data)
    keeper = _keeper(keys, recovery_file, passphrase_stdin, wanted=not no_recovery_file)
    try:
        done = _run(target, keys, settle, _Output(as_json=server.as_json), keeper)
    except KeyboardInterrupt:
        raise _interrupted() from None
    written = None if keeper is None else keeper.file.shown
    if server.as_json:
        document = {**done.document(), "recoveryFile": written}
        terminal.document(document | target.server_fields)
        return
    terminal.say(done.sentence())
    _tell_of_files(keys, keeper)


class _Output:
    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def say(self, line: str) -> None:
        if not self._as_json:
            terminal.say(line)

    def progress(self, total: int) -> AbstractContextManager[Progress]:
        def line(done: int, total: int) -> None:
            terminal.say(f"{done:,} of {total:,} records re-sealed")

        return terminal.progress(total, quiet=self._as_json, label="re-sealing", line=line)


def _run(
    target: Target,
    keys: RotatedKeys,
    settle: float,
    output: _Output,
    keeper: Keeper | None,
) -> Rotated:
    from px.api.client import Client
    from px.keys.rotate import Rotation
    from px.project.unfinished_rotation import UnfinishedRotation

    with Client(target) as client:
        unfinished = UnfinishedRotation(keys.folder)
        return Rotation(client, keys.store, unfinished, output, settle, keeper).run()


def _keeper(
    keys: RotatedKeys, path: Path | None, stdin: bool, *, wanted: bool
) -> NextRecovery | None:
    """None if no recovery file is wanted. Raises Usage if px cannot ask for a passphrase, or has
    no use for one.
    """
    if not wanted or (path is None and keys.are_local):
        if stdin:
            none = "a local Worker's key gets none" if wanted else "--no-recovery-file makes none"
            raise Usage(
                f"--passphrase-stdin is for a recovery file, and {none}",
                hint="add --recovery-file FILE to make one" if wanted else "",
            )
        return None
    from px.keys.next_recovery import NextRecovery
    from px.keys.passphrase import Passphrase
    from px.keys.recovery_file import RecoveryFile

    file = RecoveryFile(path or keys.recovery())
    passphrase = Passphrase(stdin=stdin, otherwise=", or --no-recovery-file")
    keeper = NextRecovery(file, keys.name(), passphrase, replaces=path is None)
    keeper.check()
    return keeper


def _tell_of_files(keys: RotatedKeys, keeper: NextRecovery | None) -> None:
    """Which file holds the new key, and which the old one."""
    if keeper is not None:
        terminal.say(f"{keeper.file.shown} and its passphrase restore the new master key")
        if keeper.moved is not None:
            terminal.say(f"{keeper.moved.shown} holds the old key, for {keys.older}")
    if (keeper is not None and keeper.replaces) or keys.are_local:
        return
    from px.keys.recovery_file import RecoveryFile

    old = RecoveryFile(keys.recovery())
    if old.exists():
        terminal.say(f"Warning: {old.shown} holds a key that was dropped, not the new one")


def _interrupted() -> Exception:
    from px.keys.rotate import RESUME

    return Interrupted("interrupted; no key in use was dropped", hint=RESUME)
