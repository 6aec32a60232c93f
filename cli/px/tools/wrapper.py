"""A script that adds Python from disk to workerd, for Miniflare to start."""

from __future__ import annotations

import shlex
from pathlib import Path

# The option goes after the subcommand; `workerd --version` must stay unchanged.
_SCRIPT = """\
#!/bin/sh
case "$1" in
  serve | test) command=$1; shift; exec {binary} "$command" {option} "$@" ;;
  *) exec {binary} "$@" ;;
esac
"""


def script(binary: Path, bundle: Path) -> bytes:
    """Starts this workerd with this bundle, whatever the paths look like."""
    return _SCRIPT.format(
        binary=shlex.quote(str(binary)), option=shlex.quote(bundle_option(bundle))
    ).encode()


def bundle_option(bundle: Path) -> str:
    """workerd's option for a Pyodide bundle from disk."""
    return f"--pyodide-bundle-disk-cache-dir={bundle}"
