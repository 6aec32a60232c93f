"""`px doctor`."""

from __future__ import annotations

import typer

from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()


@app.command()
@with_server(timeout=10.0)
def doctor(server: Server) -> None:
    """Check this machine and the server, and say what to fix.

    Here: versions, file modes, git's rules, .env.secrets, an unfinished rotation; which server and
    token px would use, and where each setting comes from. Then the server, the token's role, the
    keys, the recovery file, the clock, and whether up to 20 of the project's secrets can be opened.
    It changes nothing, and shows neither values nor tokens.

    Each line is ok, warn, fail, or skip for what px cannot tell. Exit code 1 if any line is fail.
    In a pipe: tabs between status, check, finding and fix. --timeout limits all requests together.

    \b
    Example: px doctor
    """
    from pathlib import Path

    from px import terminal
    from px.doctor.examine import examine
    from px.doctor.finding import FAIL, Finding, conclude, count, document, show
    from px.doctor.surroundings import Surroundings

    findings: list[Finding] = []
    for found in examine(Surroundings(Path.cwd()), server.target):
        findings.append(found)
        if not server.as_json:
            show(found)
    if server.as_json:
        terminal.document(document(findings))
    else:
        conclude(findings)
    raise typer.Exit(1 if count(findings, FAIL) else 0)
