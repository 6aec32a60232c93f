"""`px doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import DataFolderOption, Server, with_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from px.doctor.finding import Finding

app = new_app()
Targets = Annotated[
    bool, typer.Option("--target", help="Check the project's targets instead: all, or TARGET.")
]
Wanted = Annotated[
    str | None, typer.Argument(metavar="[TARGET]", help="With --target: this one alone.")
]


@app.command()
@with_server(timeout=10.0)
def doctor(
    server: Server,
    target_name: Wanted = None,
    target: Targets = False,
    data: DataFolderOption = None,
) -> None:
    """Check this machine and the server, and say what to fix.

    Here: versions, file modes, git's rules, .env.secrets, an unfinished rotation; which server and
    token px would use, and where each setting comes from. Then the server, the token's role, the
    keys, the recovery file, the clock, and whether up to 20 of the project's secrets can be opened.
    It changes nothing, and shows neither values nor tokens.

    With --target: which settings of the Worker a target lacks, what `px target credential` would
    take and from where, and what `px target check` says.

    With --data, or where there is a folder px-data: the keys, ledgers and values of a `px serve`,
    and whether its role may read values back. It needs no server.

    Each line is ok, warn, fail, or skip for what px cannot tell. Exit code 1 if any line is fail.
    In a pipe: tabs between status, check, finding and fix. --timeout limits all requests together.

    \b
    Example: px doctor
             px doctor --target prod-aws
             px doctor --data /srv/px
    """
    from px import terminal
    from px.doctor.finding import FAIL, conclude, count, document, show
    from px.errors import Usage

    if target_name is not None and not target:
        raise Usage("px doctor takes a target's name with --target alone")
    if target and data is not None:
        raise Usage("--target and --data cannot be used together")
    findings: list[Finding] = []
    chosen = _targets(server, target_name) if target else _everything(server, data)
    for found in chosen:
        findings.append(found)
        if not server.as_json:
            show(found)
    if server.as_json:
        terminal.document(document(findings))
    else:
        conclude(findings)
    raise typer.Exit(1 if count(findings, FAIL) else 0)


def _everything(server: Server, data: Path | None) -> Iterator[Finding]:
    import os
    from pathlib import Path

    from px.doctor.examine import examine, examine_host
    from px.doctor.surroundings import Surroundings

    if data is None:
        yield from examine(Surroundings(Path.cwd()), server.target)
    yield from examine_host(data, os.environ)


def _targets(server: Server, name: str | None) -> Iterator[Finding]:
    from pathlib import Path

    from positronic.names import parse_target
    from px.doctor.surroundings import Surroundings
    from px.doctor.targets import check_targets

    wanted = None if name is None else parse_target(name)
    return check_targets(Surroundings(Path.cwd()), server.target, wanted)
