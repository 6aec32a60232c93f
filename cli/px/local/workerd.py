"""workerd with Python from disk, without Miniflare."""

from __future__ import annotations

import subprocess
from pathlib import Path

from px.project.errors import LocalError
from px.tools.place import current
from px.tools.wrapper import bundle_option


def workerd_command(verb: str, config: Path, *, snapshot: Path | None = None) -> list[str]:
    """`workerd VERB CONFIG`, with Python from disk and optionally memory from a snapshot."""
    tools = current()
    command = [
        *(str(tools.workerd()), verb, str(config), "--experimental"),
        *(bundle_option(tools.bundle_dir), "--import-path=/"),
        f"--import-path={tools.node_modules}",
    ]
    if snapshot:
        command += ["--python-snapshot-dir", str(snapshot.parent)]
        command += ["--python-load-snapshot", snapshot.name]
    return command


def run_workerd(command: list[str], seconds: float, doing: str) -> tuple[int, str]:
    """Runs it until it exits; returns exit code and output. `doing`: what workerd is waited for."""
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
            command,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LocalError(
            f"workerd did not finish {doing} within {seconds:.0f} s",
            "the machine may be busy: try again when it has less to do; code that never ends at "
            "import does this too",
        ) from None
    return done.returncode, done.stdout.decode(errors="replace")
