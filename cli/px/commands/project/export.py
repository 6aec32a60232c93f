"""`px project export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

app = new_app()
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file to create.")]


@app.command()
@with_server(root=Root.ELSEWHERE)
def export(file: File, server: Server) -> None:
    """Write a project's ledger to a file.

    It has the sealed secrets with their versions, the tokens' hashes and the audit log, but no
    value and no key: without the master keys nobody can open it, and nobody can change it. Only
    its owner can read the file. It must not exist yet. Needs the role admin.

    Exit code 1 if something in the ledger does not open and was left out.

    \b
    Example: px project export shop.pxexport --project shop
    """
    from px import terminal
    from px.api.backup import export as export_all
    from px.errors import Interrupted

    target = _free(file)
    with server.connect() as client:
        try:
            found = export_all(client)
            _write(target, found.text)
        except KeyboardInterrupt:
            raise Interrupted("interrupted; no file was written") from None
        where, fields = client.location, client.location_fields
    failed = [{"name": one.name, "code": one.code} for one in found.failed]
    server.tell(
        {**found.counts.document(), "failed": failed, **fields},
        f"Exported {found.counts.sentence()}",
        f"from {where}",
    )
    for one in () if server.as_json else found.failed:
        terminal.say(f"left out: {terminal.placed(one)}")
    raise typer.Exit(1 if failed else 0)


def _free(file: Path) -> Path:
    """Before anything is asked for. Raises Usage."""
    from px.errors import Usage
    from px.files.typed_path import unnamed

    with unnamed("the file"):
        target = file.parent.resolve(strict=True) / file.name
        is_there = target.is_symlink() or target.exists()
    if is_there:
        raise Usage("the file exists already", hint="choose a name that is not in use")
    return target


def _write(target: Path, text: str) -> None:
    """Whole or not at all, and only for its owner. Raises Usage."""
    from px.errors import Usage
    from px.files.typed_path import unwritten
    from px.project import owner_only

    try:
        with unwritten("the file"):
            owner_only.create(target, text.encode())
    except FileExistsError:
        raise Usage("the file exists already", hint="choose a name that is not in use") from None
