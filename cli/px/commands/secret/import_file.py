"""`px secret import SOURCE...`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

from px.commands.groups import new_app
from px.commands.options import CreateProject, Server, Yes, secrets_of, with_server
from px.commands.question import ask

if TYPE_CHECKING:
    from positronic.names import Name
    from px.api.client import Client
    from px.api.secrets import Entry, Secrets
    from px.errors import Detail
    from px.secrets.remembered_versions import RememberedVersions

app = new_app()
_NOTHING: Final = "nothing was written or deleted"
Sources = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE", help="A dotenv or JSON file, - for stdin, or a provider."),
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="dotenv or json.  [default: detected]"),
]
JsonKeys = Annotated[
    bool,
    typer.Option("--json-keys", help="AWS: each key of a JSON object becomes a secret."),
]
Prune = Annotated[bool, typer.Option("--prune", help="Then delete secrets missing from all files.")]
IfUnchanged = Annotated[
    bool,
    typer.Option("--if-unchanged", help="Only if nothing has changed since the last --dry-run."),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Show what would change; change nothing."),
]


@app.command()
@with_server()
def import_file(
    server: Server,
    source: Sources,
    form: Format = None,
    json_keys: JsonKeys = False,
    prune: Prune = False,
    dry_run: DryRun = False,
    if_unchanged: IfUnchanged = False,
    yes: Yes = False,
    create_project: CreateProject = False,
) -> None:
    """Import all secrets of files, Vault or AWS. One bad line, and nothing is sent.

    dotenv: NAME=value or export NAME=value. px expands nothing ($X stays $X) and runs no command.
    Without quotes a value ends before " #", without the white space around it. Quotes keep
    everything, even over several lines; in double quotes \\n, \\t, \\" and the like are escapes.

    JSON: {"NAME": "value"}, only strings; if the file's name ends in .json or it begins with {.

    px refuses, with the line number: a line without =, a bad or repeated name, an empty value, and
    shell syntax or invisible characters outside quotes. It also refuses files of other tools (SOPS,
    YAML, an archive, ...) and a file without any secrets. It never imports .env.deploy. It is safe
    to run this again after a failure.

    vault:kv/shop imports the fields of a secret of a KV v2 engine; vault:kv/shop/ each secret of
    that folder, which must have the one field `value`. aws-secrets-manager:shop/ imports each
    secret whose name begins with shop/, by the rest of its name. Credentials come from the
    environment or .env.deploy; px changes nothing there.

    --dry-run remembers the versions that the secrets have. With --if-unchanged nothing is written
    if somebody changed one of them since; px names those that changed.

    \b
    Example: px secret import .env.secrets --dry-run
             px secret import .env.secrets --if-unchanged
             px secret import common.json production.env --prune
             px secret import vault:kv/shop --dry-run
             sops -d keys.json | px secret import -
    """
    from px.files.assignments import LEFT_OUT
    from px.secrets.import_secrets import read_files
    from px.secrets.remembered_versions import of_target

    _check(form, must_ask=prune and not yes and not dry_run)
    _check_kinds(dry_run=dry_run, if_unchanged=if_unchanged)
    remarks: list[Detail] = []
    entries = read_files(source, form, remarks, json_keys=json_keys)
    if not server.as_json:
        _warn(remarks, entries)
    left_out = [str(one.name) for one in remarks if one.code == LEFT_OUT]
    with _connect(server, create_project, dry_run=dry_run) as client:
        secrets = secrets_of(client)
        remembered = of_target(client.target, os.environ)
        if dry_run:
            _plan(secrets, entries, remembered, left_out, prune=prune, as_json=server.as_json)
            return
        versions = remembered.read() if if_unchanged else None
        extra = _extra(secrets, entries, versions, prune=prune, yes=yes)
        _write(secrets, entries, extra, versions, left_out, as_json=server.as_json)


def _connect(server: Server, create_project: bool, *, dry_run: bool) -> Client:
    if dry_run:
        return server.connect(any_project=create_project)
    return server.connect_to_write(creates=create_project)


def _plan(
    secrets: Secrets,
    entries: list[Entry],
    remembered: RememberedVersions,
    left_out: list[str],
    *,
    prune: bool,
    as_json: bool,
) -> None:
    from px import terminal
    from px.secrets import import_words
    from px.secrets.import_secrets import plan

    found = plan(secrets, entries)
    remembered.keep(found.versions)
    if as_json:
        delete = {"delete": found.extra} if prune else {}
        terminal.document(
            {"create": found.create, "update": found.update, **delete} | _left(left_out)
        )
    else:
        import_words.planned(found, prune=prune)


def _write(
    secrets: Secrets,
    entries: list[Entry],
    extra: list[Name] | None,
    versions: Mapping[str, int] | None,
    left_out: list[str],
    *,
    as_json: bool,
) -> None:
    """`extra`: the names that the user agreed to delete; None without --prune."""
    from px import terminal
    from px.secrets import import_words
    from px.secrets.import_secrets import write
    from px.secrets.pruning import Pruning

    names, count = extra or [], len(entries)
    line = import_words.lines(count, len(names))
    with terminal.progress(count + len(names), quiet=as_json, line=line) as progress:
        pruning = Pruning(
            names, lambda deleted, total: progress(count + deleted, count + total), versions or {}
        )
        written = write(secrets, entries, progress, pruning, versions)
    if as_json:
        counts = {"imported": count, "created": written.created, "updated": written.updated}
        deleted = {} if extra is None else {"deleted": len(extra)}
        terminal.document(counts | deleted | _left(left_out) | secrets.client.location_fields)
    else:
        import_words.imported(written, None if extra is None else len(extra))
        terminal.say(f"They are stored at {secrets.client.location}")


def _extra(
    secrets: Secrets,
    entries: list[Entry],
    versions: Mapping[str, int] | None,
    *,
    prune: bool,
    yes: bool,
) -> list[Name] | None:
    """The stored names missing from all files, if the user agrees; None without --prune.

    Raises Refused, also if one of `versions` is not that of now.
    """
    from px import terminal
    from px.errors import Interrupted
    from px.secrets import import_words
    from px.secrets.import_secrets import plan
    from px.secrets.remembered_versions import refuse_changed

    if not prune and versions is None:
        return None
    try:
        found = plan(secrets, entries)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {_NOTHING}") from None
    extra = found.extra if prune else []
    if versions is not None:
        refuse_changed(versions, found, [name for name, _ in entries] + extra)
    if not prune:
        return None
    if extra and not yes:
        location = secrets.client.location
        import_words.to_delete(extra, location)
        # Once more, since the names may have filled the screen.
        ask(f"Import, and delete {terminal.counted(len(extra))} at {location}?", _NOTHING)
    return extra


def _left(names: list[str]) -> dict[str, list[str]]:
    """What a provider has and was not taken; a file leaves nothing out."""
    return {"leftOut": names} if names else {}


def _check_kinds(*, dry_run: bool, if_unchanged: bool) -> None:
    from px.errors import Usage

    if dry_run and if_unchanged:
        raise Usage("--dry-run and --if-unchanged cannot be used together")


def _check(form: str | None, *, must_ask: bool) -> None:
    from px import terminal
    from px.errors import Refused, Usage
    from px.sources.text import FORMATS

    if form is not None and form not in FORMATS:
        raise Usage(f"--format must be {' or '.join(FORMATS)}")
    if must_ask and not terminal.is_terminal(sys.stdin):
        raise Refused(
            f"there is no terminal to confirm on before --prune deletes; {_NOTHING}",
            code="not_confirmed",
            hint="use --yes; --dry-run shows what would be deleted",
        )


def _warn(remarks: list[Detail], entries: list[Entry]) -> None:
    from px import terminal
    from px.secrets.value_warnings import weak

    terminal.warn([terminal.placed(remark) for remark in remarks])
    terminal.warn(weak(entries))
