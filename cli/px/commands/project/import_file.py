"""`px project import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

if TYPE_CHECKING:
    from px.api.backup import ExportFile

MAX_FILE: Final = 2**31  # bytes

app = new_app()
File = Annotated[Path, typer.Argument(metavar="FILE", help="A file of px project export.")]


@app.command("import")
@with_server(root=Root.NEEDED)
def import_file(file: File, server: Server) -> None:
    """Fill an empty ledger from an export.

    Only into the project that was exported, only if its ledger is empty, as after a loss, and only
    with the master key of the export. The Worker checks all of the file before it writes: each
    secret is opened, each signature checked. Secrets, versions, tokens and the audit log are then
    as they were, and all copies in KV are written again. If it stops, run it again with the same
    file. Needs the root token.

    Exit code 1 if an event in the audit log was changed.

    \b
    Example: px project import shop.pxexport --project shop
    """
    from px import terminal
    from px.api import backup
    from px.errors import Interrupted

    found = _read(file)

    def line(done: int, total: int) -> None:
        if not server.as_json:
            terminal.say(f"{done:,} of {total:,} pages imported")

    with server.connect_to_write(any_project=True) as client:
        try:
            ticket, counts = backup.check(client, found)
            if not server.as_json:
                terminal.say(f"The file has {counts.sentence()}; the server is {client.location}")
            backup.bring(client, found, ticket, line)
        except KeyboardInterrupt:
            raise Interrupted(
                "interrupted; the import may not be finished",
                hint="run it again with the same file to continue",
            ) from None
        fields = client.location_fields
    server.tell(
        {**counts.document(), "unverified": counts.unverified, **fields},
        f"Imported {counts.sentence()}",
    )
    if not server.as_json:
        _advise(counts.unverified)
    raise typer.Exit(1 if counts.unverified else 0)


def _advise(unverified: int) -> None:
    from px import terminal
    from px.api.adoption import counted

    if unverified:
        was = "was" if unverified == 1 else "were"
        terminal.advise(f"{counted(unverified, 'event')} {was} changed: see `px audit verify`")
    terminal.advise(
        "Tokens that were revoked after the export work again: check them with `px token list`."
    )


def _read(file: Path) -> ExportFile:
    """Raises Usage, Refused."""
    from px.api.backup import read_file
    from px.files.file_text import decode
    from px.files.typed_path import read_typed_path

    return read_file(decode(read_typed_path(file, MAX_FILE)))
