"""Puts a Worker together in a temporary folder, so that nobody's edits restart it in a run."""

from __future__ import annotations

import shutil
from pathlib import Path

from contracts.worlds import KEYS
from px.project.workspace import Workspace

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = Workspace(CHECKOUT)

_NO_CACHES = shutil.ignore_patterns("__pycache__", "test_*.py")

_HARNESS_CONFIG = """\
name = "positronic-harness"
main = "worker/entry.py"
compatibility_date = "2026-11-01"
compatibility_flags = ["python_workers"]

[[rules]]
type = "ESModule"
globs = ["**/*.mjs"]
fallthrough = true

[[kv_namespaces]]
binding = "TEST_KV"
id = "TEST_KV"

[[kv_namespaces]]
binding = "SECRETS_KV"
id = "SECRETS_KV"

[[durable_objects.bindings]]
name = "TEST_LEDGER"
class_name = "TestLedger"

[[durable_objects.bindings]]
name = "PROJECT_LEDGER"
class_name = "ProjectLedger"

[[durable_objects.bindings]]
name = "BRAIN_RUN"
class_name = "BrainRun"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["TestLedger", "ProjectLedger", "BrainRun"]
"""


def assemble_harness(folder: Path) -> Path:
    """The core, the contracts and the harness; returns its wrangler.toml."""
    worker = folder / "worker"
    shutil.copytree(PROJECT.worker / "positronic", worker / "positronic", ignore=_NO_CACHES)
    shutil.copytree(CHECKOUT / "tests" / "contracts", worker / "contracts", ignore=_NO_CACHES)
    shutil.copy(Path(__file__).with_name("harness_entry.py"), worker / "entry.py")
    for name in ("foreign_calls.py", "foreign_caller.mjs"):
        shutil.copy(Path(__file__).with_name(name), worker / name)
    write_variables(folder, {"MASTER_KEYS": KEYS})
    return _finish(folder, _HARNESS_CONFIG)


def assemble_project(folder: Path, variables: dict[str, str]) -> Path:
    """The project's own Worker with these secrets; returns its wrangler.toml."""
    shutil.copytree(PROJECT.worker, folder / "worker", ignore=_NO_CACHES)
    write_variables(folder, variables)
    return _finish(folder, PROJECT.config.read_text())


def write_variables(folder: Path, variables: dict[str, str]) -> None:
    """What the Worker's environment holds from its next start, or reload, on."""
    lines = [f'{name}="{text}"\n' for name, text in variables.items()]
    (folder / ".dev.vars").write_text("".join(lines))


def _finish(folder: Path, config: str) -> Path:
    (folder / "python_modules").symlink_to(PROJECT.python_modules)
    path = folder / "wrangler.toml"
    path.write_text(config)
    return path
