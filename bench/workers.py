"""The Workers that are measured, each in a workerd of its own with an empty store."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bench.connection import Connection
from bench.worker_secrets import TOKEN, worker_secrets
from px.local.bare import BareWorker
from px.project.workspace import Workspace

HERE: Final = Path(__file__).parent
ON_KV: Final = HERE / "peers" / "kv.toml"
ON_SQLITE: Final = HERE / "peers" / "sqlite.toml"


@contextlib.contextmanager
def running(project: Workspace, config: Path | None = None) -> Iterator[Connection]:
    """The Worker of a wrangler.toml, the project's without one; a connection as root."""
    with (
        tempfile.TemporaryDirectory(prefix="px-bench.") as state,
        on_state(project, Path(state), worker_secrets(), config) as connection,
    ):
        yield connection


@contextlib.contextmanager
def on_state(
    project: Workspace, state: Path, secrets: Mapping[str, str], config: Path | None = None
) -> Iterator[Connection]:
    """The same, with what is kept in this folder."""
    with (
        BareWorker(project, secrets=secrets, config=config, persist=state) as worker,
        contextlib.closing(Connection(worker.url, TOKEN, state)) as connection,
    ):
        yield connection


@contextlib.contextmanager
def bare_config(project: Workspace) -> Iterator[Path]:
    """A wrangler.toml of the least Python Worker, with the project's own packages beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "python_modules").symlink_to(project.python_modules)
        main = HERE / "bare_worker" / "entry.py"
        config = folder / "wrangler.toml"
        config.write_text(
            f'name = "bare"\nmain = "{main}"\ncompatibility_date = "2026-11-01"\n'
            'compatibility_flags = ["python_workers"]\n'
            '[[durable_objects.bindings]]\nname = "OBJECT"\nclass_name = "Object"\n'
            '[[migrations]]\ntag = "v1"\nnew_sqlite_classes = ["Object"]\n'
        )
        yield config
