"""What a deploy uploads, as wrangler itself lists it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from px.cloudflare.environment import wrangler_environment
from px.project.workspace import Workspace, node
from px.tools.place import current
from support.source import WORKER


def test_no_example_is_uploaded(project: Workspace, tmp_path: Path) -> None:
    """Whoever may run brains would find a request to any address there, signed with a secret."""
    ours = {path.relative_to(WORKER).as_posix() for path in WORKER.rglob("*.py")}

    subprocess.run(
        [node(), current().wrangler(), "deploy", "--dry-run", "--outdir", tmp_path],
        cwd=project.root,
        env=wrangler_environment(project),
        check=True,
        capture_output=True,
    )

    uploaded = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py")}
    assert ours <= uploaded
    assert not [name for name in uploaded if "example" in Path(name).name]
    assert not [one for one in uploaded if "ANTHROPIC_API_KEY" in (tmp_path / one).read_text()]
