"""The memory of Workers after their top level, stored for later starts, as Cloudflare does it.

Python starts in a tenth of the time from there. The memory is stored for the very files of a
Worker: one with other files, or whose files change, starts as without it.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from px.local import snapshot
from px.local.server import LocalWorker
from px.local.snapshot import SNAPSHOT
from px.project import owner_only
from px.project.workspace import Workspace
from px.tools.place import Tools, current
from support.source import ROOT

CHECKOUT: Final = Workspace(ROOT)
PLACE: Final = CHECKOUT.private / "stored-memory"
DAY: Final = 24 * 3600

# workerd for Miniflare, which starts it in the Worker's folder; `files` prints its files' hash.
SCRIPT: Final = """\
#!/bin/sh
files() (
  export PATH=/usr/bin:/bin LC_ALL=C
  {{
    echo {tools}
    grep -E '^(main|compatibility_)' wrangler.toml
    {{
      find -L worker -type f '(' -name '*.py' -o -name '*.mjs' ')' -print0
      find -L python_modules -type f ! -name '*.pyc' -print0
    }} | sort -z | xargs -0 sha256sum
  }} 2>/dev/null | sha256sum | cut -c1-64
)
case "$1" in
  files) files; exit ;;
  serve)
    stored={place}/$(files)
    if [ -f "$stored/{name}" ]; then
      set -- "$@" --python-snapshot-dir="$stored" --python-load-snapshot={name}
    fi ;;
esac
exec {workerd} "$@"
"""


def store(project: Workspace, config: Path) -> None:
    """Stores the memory of the Worker of this wrangler.toml, unless it is stored."""
    with owner_only.locked(PLACE / "lock"):
        if (found := stored(config.parent)) is not None:
            found.touch()  # so that it is not the old one of another run
        else:
            _forget_old()
            with tempfile.TemporaryDirectory(dir=PLACE) as folder:
                taken = snapshot.store(project, Path(folder), config)
                taken.rename(owner_only.make_folder(_place(config.parent)) / taken.name)


def stored(folder: Path) -> Path | None:
    """The memory that was stored of the Worker in this folder, with the files as they are."""
    path = _place(folder) / SNAPSHOT
    return path if path.is_file() else None


def local_worker(
    project: Workspace, config: Path, folder: Path, *, port: int | None = None
) -> LocalWorker:
    """A Worker with its state and its log in this folder; from stored memory, if there is some."""
    return LocalWorker(
        project,
        config=config,
        persist=folder / "state",
        port=port,
        log_path=folder / "worker.log",
        workerd=_tools().wrapper,
    )


def environment() -> dict[str, str]:
    """What `px dev` needs in its environment to start the Worker from stored memory."""
    return {"XDG_CACHE_HOME": str(_tools().folder.parents[2])}


def _place(folder: Path) -> Path:
    done = subprocess.run(
        [_tools().wrapper, "files"], cwd=folder, check=True, capture_output=True, text=True
    )
    return PLACE / done.stdout.strip()


def _tools() -> Tools:
    """px's tools by links, but for what Miniflare starts as workerd."""
    real = current()
    tools = Tools(PLACE / "px" / "tools" / real.folder.name)
    text = SCRIPT.format(
        place=shlex.quote(str(PLACE)),
        name=SNAPSHOT,
        workerd=shlex.quote(str(real.wrapper)),
        tools=shlex.quote(real.folder.name),
    )
    if not tools.wrapper.exists() or tools.wrapper.read_text() != text:
        owner_only.make_folder(CHECKOUT.private)
        owner_only.make_folder(tools.folder)
        for path in (real.node_modules, real.bundle_dir, real.inventory):
            if not (tools.folder / path.name).is_symlink():
                (tools.folder / path.name).symlink_to(path)
        owner_only.replace(tools.wrapper, text.encode(), owner_only.OWNER_RUNS)
    return tools


def _forget_old() -> None:
    """A changed Worker never needs the memory of the one before."""
    for path in PLACE.glob(f"*/{SNAPSHOT}"):
        if path.stat().st_mtime < time.time() - DAY:
            path.unlink()
            path.parent.rmdir()
