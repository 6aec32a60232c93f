"""What to do when neither a flag, a variable nor a file names a server."""

from __future__ import annotations

from pathlib import Path

from px.errors import Usage
from px.project.environment import Environment
from px.project.inheritance import check_known
from px.project.manifest import read_manifest


def no_server(environment: Environment, config: Path | None) -> Usage:
    """The error for a project with this configuration, or for none.

    Raises Usage for an environment that the project lacks.
    """
    what = f"no server is set for {environment.name}" if environment.name else "no server is set"
    if config is None:
        return Usage(
            f"{what}, and this folder is not in a project",
            hint="run px in a project (`px new DIR` makes one, `px dev` runs it), or set PX_URL "
            "and PX_TOKEN",
        )
    check_known(read_manifest(config).written, environment, config.name)
    return Usage(
        what,
        hint="start a local one with `px dev`; or `px deploy`, which writes "
        f"{environment.deploy_file}; or set PX_URL and PX_TOKEN",
    )
