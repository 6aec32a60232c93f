"""`.env.deploy` is refused under any name: what is in it is no secret of an application.

Nor is what px keeps in `.dev.vars`; that of another Worker, which px has no part in, is a file like
any other.

Data from a pipe has no name: px cannot recognise `cat .env.deploy | px secret import -`, but it
can recognise `px secret import - < .env.deploy`.
"""

from __future__ import annotations

import os
from pathlib import Path

from px.errors import Usage
from px.project.environment import chosen
from px.project.private_files import DEPLOY_FILE, DEV_VARS, FOLDER
from px.project.upwards import find_upwards


def refuse_deploy_file(path: Path) -> None:
    """Raises Usage, also for the local Worker's own keys.

    It is one by its own name or a longer one (.env.deploy.bak), by the target of a link, or as
    another name of the current one, which is production's or the chosen environment's.
    """
    real = _resolved(path)
    if _has_name(path, DEV_VARS) and (real.parent / FOLDER).is_dir():
        raise Usage(
            f"{DEV_VARS} contains the local Worker's own keys and is never imported",
            code="invalid_file",
        )
    if _is_deploy_file(path):
        raise Usage(
            f"{DEPLOY_FILE} contains deployment credentials and is never imported",
            code="invalid_file",
        )


def _has_name(path: Path, start: str) -> bool:
    names = (path.name, _resolved(path).name)
    return any(name.casefold().startswith(start) for name in names)


def _is_deploy_file(path: Path) -> bool:
    if _has_name(path, DEPLOY_FILE):
        return True
    near = (
        find_upwards(name, folder)
        for name in {DEPLOY_FILE, chosen().deploy_file}
        for folder in (Path.cwd(), _resolved(path).parent)
    )
    return any(deploy is not None and path.samefile(deploy) for deploy in near)


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises for a link to itself
