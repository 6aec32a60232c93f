"""wrangler's environment: an allow-list, so that no deploy credential reaches it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from px.project.workspace import Workspace
from px.tools.place import current

_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")


def wrangler_environment(
    project: Workspace, outer: Mapping[str, str] = os.environ, *, workerd: Path | None = None
) -> dict[str, str]:
    """wrangler's settings: offline, quiet, and nothing stored in the user's home."""
    passed = {name: outer[name] for name in _PASSED_ON if name in outer}
    return passed | {
        # wrangler stores a login there, which a local Worker does not need.
        "HOME": str(project.private / "home"),
        "MINIFLARE_WORKERD_PATH": str(workerd or current().wrapper),
        "WRANGLER_REGISTRY_PATH": "",  # no registry, so no debug port that reaches the Worker
        "WRANGLER_HIDE_BANNER": "true",  # the banner asks the npm registry for updates
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_SEND_ERROR_REPORTS": "false",
        "WRANGLER_WRITE_LOGS": "false",
        "DO_NOT_TRACK": "1",
        "CLOUDFLARE_CF_FETCH_ENABLED": "false",  # Request.cf from a placeholder
        "CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV": "false",  # its secrets come only from .dev.vars
        "X_LOCAL_EXPLORER": "false",  # a web page that shows the contents of KV
        "X_LOCAL_OBSERVABILITY": "false",
        "CI": "true",
        "NO_COLOR": "1",
        "FORCE_COLOR": "0",
    }
