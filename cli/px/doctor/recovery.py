"""Whether the recovery file here holds the key that the Worker seals with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from px.doctor.finding import FAIL, OK, SKIP, Finding
from px.doctor.surroundings import Surroundings
from px.errors import PxError
from px.project.private_files import DEPLOY_FILE
from px.settings import Target

NAME: Final = "recovery"


def check_recovery(around: Surroundings, target: Target, newest: str) -> Iterator[Finding]:
    """Compares key ids, as only the passphrase could show more. For the deployed Worker."""
    project = around.project
    if project is None or target.source != DEPLOY_FILE:
        return
    from px.keys.recovery_file import RecoveryFile, default_path
    from px.project.manifest import read_manifest

    try:
        file = RecoveryFile(default_path(project, read_manifest(project.config).worker))
        if not file.exists():
            yield Finding(NAME, SKIP, f"unknown: there is no {around.display(file.path)}")
            return
        found = file.header()
    except PxError as error:
        yield Finding(NAME, FAIL, error.message, error.hint)
        return
    shown = around.display(file.path)
    if found.key_id == newest:
        yield Finding(NAME, OK, f"{shown} is for the newest key, {newest}")
        return
    message = f"{shown} is for the key {found.key_id}, but the Worker seals with {newest}"
    hint = "if you have no file for that key, `px key rotate` creates a new key with a file"
    yield Finding(NAME, FAIL, message, hint)
