"""How large the Worker is, by wrangler's own account of what a deploy would send."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile

from bench.table import print_head, print_row
from px.project.workspace import Workspace, node
from px.tools.place import current


def print_upload(project: Workspace) -> None:
    print_head("upload", "compressed", "Cloudflare's limit on a paid plan")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [node(), current().wrangler(), "deploy", "--dry-run", "--outdir", folder],
            cwd=project.root,
            env={"PATH": os.environ["PATH"], "HOME": folder, "WRANGLER_SEND_METRICS": "false"},
            capture_output=True,
            text=True,
            check=True,
        )
    match = re.search(r"Total Upload: ([\d.]+ \w+) / gzip: ([\d.]+ \w+)", done.stdout)
    if match is None:
        raise SystemExit("wrangler did not say how much it would upload")
    print_row(match[1], match[2], "10 MiB compressed")
