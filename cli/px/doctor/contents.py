"""The state of the project's own files: settings, .env.secrets, and unfinished work."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.doctor.surroundings import Surroundings
from px.errors import PxError
from px.project.private_files import SECRETS_FILE


def check_secrets(around: Surroundings) -> Iterator[Finding]:
    """Whether px dev, px run and px secret import would accept .env.secrets."""
    from px.secrets.import_secrets import read_file
    from px.secrets.requirement import EXAMPLE

    file = next(one for one in around.private_files if one.name == SECRETS_FILE)
    if not file.path.exists():
        example = file.path.with_name(EXAMPLE).is_file()
        hint = f"install -m 600 {EXAMPLE} .env.secrets, then fill it in" if example else ""
        yield Finding("secrets", SKIP, f"there is no {file.name}", hint)
        return
    try:
        entries = read_file(file.path, regular=True)
    except PxError as error:
        lines = [str(detail.line) for detail in error.details if detail.line is not None]
        where = f": line {', '.join(lines[:10])}" if lines else f": {error.message}"
        hint = f"`px secret import {around.shown(file)} --dry-run` shows what is wrong"
        yield Finding("secrets", FAIL, f"px cannot read {file.name}{where}", hint)
        return
    count = "1 secret" if len(entries) == 1 else f"{len(entries):,} secrets"
    yield Finding("secrets", OK, f"{file.name} holds {count}")


def check_settings(around: Surroundings) -> Iterator[Finding]:
    """Whether `px dev` could start with what it reads: says only why it could not.

    A Worker that is not px's own is no fault: an app has px beside it.
    """
    from px.project import dev_vars
    from px.project.own import NOT_OWN, own_manifest

    project = around.project
    if project is None:
        return
    for read in (partial(own_manifest, project), partial(dev_vars.check, project)):
        try:
            read()
        except PxError as error:
            status = SKIP if error.code == NOT_OWN else FAIL
            lacks = ", ".join(detail.error for detail in error.details)
            hint = f"{error.hint}: {lacks}" if lacks else error.hint
            yield Finding("settings", status, error.message.partition(";")[0], hint)


def check_rotation(around: Surroundings) -> Iterator[Finding]:
    """Whether this machine holds a rotation's new key."""
    from px.project.unfinished_rotation import UnfinishedRotation
    from px.terminal import printable

    project = around.project
    started = None
    if project is not None:
        try:
            kept = UnfinishedRotation(project)
            started = kept.read()
        except PxError as error:
            yield Finding("rotation", FAIL, error.message.partition(";")[0], error.hint)
            return
    if started is None:
        yield Finding("rotation", OK, "no rotation is under way here")
        return
    where = printable(started.origin)
    hint = f"`px key rotate` continues it; do not delete .px/{kept.path.name}"
    yield Finding("rotation", WARN, f"a rotation of {where} has not finished", hint)


def check_deploy(around: Surroundings) -> Iterator[Finding]:
    """Whether this machine holds a root token that `.env.deploy` does not have yet."""
    project = around.project
    if project is not None and (kept := project.own("deploy.json")).exists():
        hint = f"`px deploy` continues it; do not delete .px/{kept.name}"
        yield Finding("deploy", WARN, "a deploy has not finished", hint)


CHECKS: Final = {
    "settings": check_settings,
    "secrets": check_secrets,
    "rotation": check_rotation,
    "deploy": check_deploy,
}
