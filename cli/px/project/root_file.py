"""`.px/root.json`: a deployed Worker's address and root token. Mode 600.

`.env.deploy` has a token of one project, so that no command works as root by accident. Only the
commands that need the root token read this file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from px.project.local_state import read_pair


@dataclass(frozen=True, slots=True)
class RootToken:
    """`worker`: whose token it is, as in PX_WORKER."""

    url: str
    token: str = field(repr=False)
    worker: str = ""


def read_root(path: Path) -> RootToken | None:
    """None without the file. Raises Usage for a malformed or untrusted one."""
    hint = "restore a copy of it; or make a new root token: `px deploy --new-root-token`"
    found = read_pair(path, hint)
    if found is None:
        return None
    return RootToken(found["url"], found["token"], found.get("worker", ""))


def write_root(path: Path, root: RootToken) -> None:
    """The whole file, or the old one stays."""
    from px.project import owner_only

    owner_only.make_folder(path.parent)
    owner_only.replace(path, (json.dumps(asdict(root), indent=2) + "\n").encode())
