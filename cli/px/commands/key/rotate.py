"""`px key rotate`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Timeout, Url, find

if TYPE_CHECKING:
    from px.importing.run import Progress
    from px.keys.master_key import MasterKey
    from px.keys.place import KeyPlace
    from px.keys.rotate import Rotated
    from px.local.project import Project
    from px.settings import Target

app = new_app()
Settle = Annotated[
    float | None,
    typer.Option(
        "--settle",
        metavar="SECONDS",
        min=0,
        max=3600,
        help="Wait before an old key goes.  [default: 65; on loopback 0]",
    ),
]

Recovery = Annotated[
    Path | None,
    typer.Option(
        "--recovery-file", metavar="FILE", help="Write one for the new key, with a passphrase."
    ),
]
Stdin = Annotated[bool, typer.Option("--passphrase-stdin", help="The passphrase from stdin.")]


@app.command()
def rotate(
    settle: Settle = None,
    recovery_file: Recovery = None,
    passphrase_stdin: Stdin = False,
    url: Url = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Replace the Worker's master key while it is in use.

    A new key goes in front, everything in all projects is re-sealed under it, and then the old keys
    go. A key that covers anything is never dropped. Stopped at any point, it goes on when it is run
    again.

    Needs the root token and the project's folder: the local Worker's keys lie in .dev.vars, a
    deployed one's are set by wrangler with the credentials in .env.deploy. The old key's recovery
    file opens nothing afterwards: --recovery-file writes a new one.

    \b
    Example: px key rotate
    """
    target = _whole_worker(url, timeout)
    if not as_json:
        terminal.say(f"The server is {target.address.origin}, all projects")
    seconds = settle
    if seconds is None:
        seconds = 0 if target.address.is_loopback else _settle_seconds()
    try:
        done = _run(target, seconds, _Voice(as_json=as_json), recovery_file, passphrase_stdin)
    except KeyboardInterrupt:
        raise _interrupted() from None
    if as_json:
        terminal.document(done.document() | {"server": target.address.origin})
    else:
        terminal.say(done.sentence())
        _warn_of_old_file(recovery_file)


class _Voice:
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
    target: Target, settle: float, voice: _Voice, recovery_file: Path | None, stdin: bool
) -> Rotated:
    from px.admin import Admin
    from px.keys.rotate import Rotation
    from px.keys.started import StartedFile
    from px.local.project import find_project

    project = find_project()
    keep = _keeper(project, recovery_file, stdin)
    with Admin(target) as admin:
        file = StartedFile(project)
        return Rotation(admin, _place(target, project), file, voice, settle, keep).run()


def _keeper(project: Project, path: Path | None, stdin: bool) -> Callable[[MasterKey], None]:
    """Writes the recovery file; when the rotation goes on, it is there. Raises PxError."""
    if path is None:
        return lambda key: None
    from px.deploy.manifest import read_manifest
    from px.keys.passphrase import Passphrase
    from px.keys.recovery_file import RecoveryFile

    file, worker, passphrase = (
        RecoveryFile(path),
        read_manifest(project).worker,
        Passphrase(stdin=stdin),
    )
    passphrase.check()

    def keep(key: MasterKey) -> None:
        if not file.exists():
            file.write(key, worker, passphrase.new(file.shown))
        elif file.header().key_id != key.id:
            raise file.taken()

    return keep


def _warn_of_old_file(written: Path | None) -> None:
    """Where px keeps them, there may be one of a key that is gone."""
    from px.deploy.manifest import read_manifest
    from px.keys.recovery_file import RecoveryFile, default_path
    from px.local.project import find_project

    project = find_project()
    old = RecoveryFile(default_path(project, read_manifest(project).worker))
    if old.exists() and not (written and old.path.resolve() == written.resolve()):
        terminal.say(f"Warning: {old.shown} holds a key that is gone; remove it")
        if not written:
            terminal.advise("hint: `px key rotate --recovery-file FILE` writes one for a new key")


def _place(target: Target, project: Project) -> KeyPlace:
    """Where that Worker's keys are."""
    import os

    from px.settings import deploy_settings

    if _is_local(target, project):
        from px.keys.dev_vars import DevVars

        return DevVars(project)
    from px.keys.cloudflare import CloudflareSecrets
    from px.keys.wrangler import Wrangler, credentials

    return CloudflareSecrets(
        Wrangler(project, credentials(os.environ, deploy_settings(Path.cwd())))
    )


def _is_local(target: Target, project: Project) -> bool:
    """Whether `px dev` serves it here, however px was told of its address."""
    from px.address import parse_address
    from px.local.state import read_local

    known = read_local(project)
    return known is not None and parse_address(known.url) == target.address


def _whole_worker(url: str | None, timeout: float) -> Target:
    """PX_PROJECT means one project; a key is every project's."""
    from dataclasses import replace

    return replace(find(url, None, timeout), project=None)


def _settle_seconds() -> float:
    from px.keys.rotate import SETTLE

    return SETTLE


def _interrupted() -> Exception:
    from px.failures import Interrupted
    from px.keys.rotate import RESUME

    return Interrupted("interrupted; no key in use was dropped", hint=RESUME)
