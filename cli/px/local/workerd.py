"""workerd with Python from disk: for Miniflare by a wrapper, for px by options."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from px.project import owner_only
from px.project.errors import LocalError
from px.project.workspace import Workspace

# The option goes after the subcommand; `workerd --version` must stay unchanged.
_SCRIPT = """\
#!/bin/sh
case "$1" in
  serve | test) command=$1; shift; exec {binary} "$command" {option} "$@" ;;
  *) exec {binary} "$@" ;;
esac
"""


def ensure_wrapper(project: Workspace) -> bool:
    """Writes `.px/workerd` unless it is up to date; returns whether it did."""
    content = _SCRIPT.format(
        binary=shlex.quote(str(project.workerd())), option=shlex.quote(bundle_option(project))
    ).encode()
    wrapper = project.wrapper
    if wrapper.is_file() and wrapper.read_bytes() == content and wrapper.stat().st_mode & 0o100:
        return False
    owner_only.make_folder(project.private)
    owner_only.replace(wrapper, content, owner_only.OWNER_RUNS)
    return True


def bundle_option(project: Workspace) -> str:
    """workerd's option for a Pyodide bundle from disk."""
    return f"--pyodide-bundle-disk-cache-dir={project.bundle_dir}"


def workerd_command(
    project: Workspace, verb: str, config: Path, *, snapshot: Path | None = None
) -> list[str]:
    """`workerd VERB CONFIG`, with Python from disk and optionally memory from a snapshot."""
    command = [
        *(str(project.workerd()), verb, str(config), "--experimental", bundle_option(project)),
        *("--import-path=/", f"--import-path={project.node_modules}"),
    ]
    if snapshot:
        command += ["--python-snapshot-dir", str(snapshot.parent)]
        command += ["--python-load-snapshot", snapshot.name]
    return command


def run_workerd(command: list[str], seconds: float) -> tuple[int, str]:
    """Runs it until it exits; returns exit code and output."""
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
        raise LocalError(f"workerd did not finish within {seconds:.0f} seconds") from None
    return done.returncode, done.stdout.decode(errors="replace")
