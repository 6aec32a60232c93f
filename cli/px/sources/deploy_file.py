"""`.env.deploy` is refused under any name: what is in it is no secret of an application.

Nor is what px keeps in `.dev.vars`; that of another Worker, which px has no part in, is a file like
any other.

Data from a pipe has no name: px cannot recognise `cat .env.deploy | px secret import -`, but it
can recognise `px secret import - < .env.deploy`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from px.errors import Usage
from px.project.environment import chosen
from px.project.private_files import DEPLOY_FILE, DEV_VARS, FOLDER
from px.project.upwards import find_upwards


def refuse_deploy_file(path: Path) -> None:
    """Raises Usage, also for the local Worker's own keys.

    Each is one by its own name or a longer one (.env.deploy.bak), by the target of a link, or as
    another name of the current one, which is production's or the chosen environment's.
    """
    if _is_dev_vars(path):
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
    current = {DEPLOY_FILE, chosen().deploy_file}
    return _has_name(path, DEPLOY_FILE) or any(map(path.samefile, _near(path, current)))


def _is_dev_vars(path: Path) -> bool:
    """In a project of px."""
    if _has_name(path, DEV_VARS):
        return _is_pxs(_resolved(path))
    near = _near(path, {DEV_VARS, chosen().dev_vars})
    return any(path.samefile(one) for one in near if _is_pxs(one))


def _is_pxs(file: Path) -> bool:
    return (file.parent / FOLDER).is_dir()


def _near(path: Path, names: Iterable[str]) -> Iterator[Path]:
    """The nearest files with these names, upwards from the current folder and from the path's."""
    for name in names:
        for folder in (Path.cwd(), _resolved(path).parent):
            if found := find_upwards(name, folder):
                yield found


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises for a link to itself
