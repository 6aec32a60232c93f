"""The snapshot gate: finds on this machine what would fail in a deploy.

Cloudflare runs a Python Worker's top level once, when it is deployed, and stores the memory. Code
that uses randomness there, or keeps what cannot be stored, works only under `wrangler dev`.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import tempfile
from pathlib import Path
from typing import Final

from px.cloudflare.printed_failure import reason
from px.local import start_failure
from px.local.runtime_config import CONFIG, GATE, write_config
from px.local.workerd import run_workerd, workerd_command
from px.project.errors import LocalError
from px.project.workspace import Workspace
from px.terminal import printable

SECONDS: Final = 600.0  # 2 to 5 are usual; a slow machine took over 60
SNAPSHOT: Final = "snapshot.bin"  # workerd's own name for it


class SnapshotRefused(LocalError):
    """The Worker cannot be deployed; the message or the hint says why."""

    exit_code, local_code = 1, "snapshot_refused"


def check(project: Workspace, config: Path | None = None) -> None:
    """Checks that the Worker can be stored and restored; otherwise raises SnapshotRefused."""
    with tempfile.TemporaryDirectory(prefix="px-snapshot.") as folder:
        take(project, Path(folder), config)


def take(project: Workspace, folder: Path, config: Path | None = None) -> Path:
    """Stores the Worker's memory in `folder`, starts it from there once, returns the path."""
    snapshot = store(project, folder, config)
    load = ["--python-snapshot-dir", str(folder), "--python-load-snapshot", snapshot.name]
    _run(folder / CONFIG, load, "the Worker does not start from its snapshot")
    return snapshot


def store(project: Workspace, folder: Path, config: Path | None = None) -> Path:
    """Stores the Worker's memory in `folder`; returns the path."""
    target = write_config(project, folder, _throwaway_secrets(), config=config)
    save = ["--python-snapshot-dir", str(folder), "--python-save-snapshot"]
    _run(target, save, "the state of the Worker's top level cannot be stored")
    snapshot = folder / SNAPSHOT
    if not snapshot.is_file():
        raise SnapshotRefused("workerd stored no snapshot of the Worker")
    return snapshot


def _run(config: Path, options: list[str], refusal: str) -> None:
    command = [*workerd_command("test", config), GATE, *options]
    doing = "importing the Worker's code and packages"
    code, said = run_workerd(command, SECONDS, doing)
    if code:
        raise _refused(refusal, said)


def _refused(refusal: str, said: str) -> SnapshotRefused:
    if failure := start_failure.find(said):
        return SnapshotRefused(f"{refusal}: {failure.sentence}", failure.hint)
    return SnapshotRefused(refusal, reason(said) or printable(said[-500:]))


def _throwaway_secrets() -> dict[str, str]:
    """Temporary keys, deleted with the folder: a snapshot must not contain real keys."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    token_hash = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
    return {
        "MASTER_KEYS": f"gate:{key}",
        "ROOT_TOKEN_SHA256": token_hash,
        "REMINDER_SECRET": secrets.token_hex(32),  # needed where there is a REMINDER_URL
    }
