"""`px env list`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from px.commands.groups import new_app
from px.commands.options import Json

if TYPE_CHECKING:
    from px.project.manifest import Manifest
    from px.project.workspace import Workspace

app = new_app()
_FIELDS: Final = ("environment", "worker", "url")


@app.command()
def list_environments(as_json: Json = False) -> None:
    """List the project's environments, each with its Worker and address. Asks no server.

    The address is what the environment's .env.deploy says; without one it was not deployed from
    here. In a pipe: tabs between environment, Worker and address.

    \b
    Example: px env list
    """
    from dataclasses import replace

    from px import terminal
    from px.project.environment import Environment
    from px.project.inheritance import names_of
    from px.project.manifest import read_manifest
    from px.project.workspace import find_project

    project = find_project()
    top = read_manifest(project.config)
    names = ("", *names_of(top.written))
    found = [_row(replace(project, environment=Environment(one)), top) for one in names]
    if as_json:
        rows = [dict(zip(_FIELDS, row, strict=True)) for row in found]
        terminal.document({"environments": rows})
        return
    cells = [tuple(terminal.printable(cell or "-") for cell in row) for row in found]
    if terminal.is_terminal(sys.stdout):
        terminal.data(terminal.columns(("ENVIRONMENT", "WORKER", "ADDRESS"), cells))
    else:
        terminal.data("\n".join("\t".join(row) for row in cells))


def _row(project: Workspace, top: Manifest) -> tuple[str, str, str | None]:
    from px.project.env_deploy import URL, DeployFile
    from px.project.manifest import in_environment

    worker = in_environment(top, project.environment).worker
    url = DeployFile(project.root, project).read().get(URL)
    return project.environment.shown, worker, url or None
