"""`px doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, with_server

if TYPE_CHECKING:
    from collections.abc import Iterator

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
def doctor(server: Server, target_name: Wanted = None, target: Targets = False) -> None:
    """Check this machine and the server, and say what to fix.

    Here: versions, file modes, git's rules, .env.secrets, an unfinished rotation; which server and
    token px would use, and where each setting comes from. Then the server, the token's role, the
    keys, the recovery file, the clock, and whether up to 20 of the project's secrets can be opened.
    It changes nothing, and shows neither values nor tokens.

    With --target: which settings of the Worker a target lacks, what `px target credential` would
    take and from where, and what `px target check` says.

    Each line is ok, warn, fail, or skip for what px cannot tell. Exit code 1 if any line is fail.
    In a pipe: tabs between status, check, finding and fix. --timeout limits all requests together.

    \b
    Example: px doctor
             px doctor --target prod-aws
    """
    from px import terminal
    from px.doctor.finding import FAIL, conclude, count, document, show
    from px.errors import Usage

    if target_name is not None and not target:
        raise Usage("px doctor takes a target's name with --target alone")
    findings: list[Finding] = []
    for found in _targets(server, target_name) if target else _everything(server):
        findings.append(found)
        if not server.as_json:
            show(found)
    if server.as_json:
        terminal.document(document(findings))
    else:
        conclude(findings)
    raise typer.Exit(1 if count(findings, FAIL) else 0)


def _everything(server: Server) -> Iterator[Finding]:
    from pathlib import Path

    from px.doctor.examine import examine
    from px.doctor.surroundings import Surroundings

    return examine(Surroundings(Path.cwd()), server.target)


def _targets(server: Server, name: str | None) -> Iterator[Finding]:
    from pathlib import Path

    from positronic.names import parse_target
    from px.doctor.surroundings import Surroundings
    from px.doctor.targets import check_targets

    wanted = None if name is None else parse_target(name)
    return check_targets(Surroundings(Path.cwd()), server.target, wanted)
