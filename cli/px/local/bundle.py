"""The Python runtime for workerd, assembled from the npm package pyodide: no download at start."""

from __future__ import annotations

import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from px.local import glue, stamp
from px.project import owner_only
from px.project.errors import LocalError
from px.project.workspace import SETUP_HINT, Workspace

# The only name that workerd loads without checking it against a released bundle's hash.
FILE_NAME: Final = "pyodide_dev.capnp.bin"
SCHEMA: Final = "bundle.capnp"

_PREFIX: Final = "pyodideRuntime-internal:"


def ensure_bundle(project: Workspace) -> bool:
    """Builds the bundle unless it is up to date; returns whether it did."""
    package = project.package("pyodide")
    sources = stamp.digest(_version(package).encode(), _lock_entry(project), *_builder())
    mark, product = project.bundle_dir / "stamp", project.bundle_dir / FILE_NAME
    if product.is_file() and stamp.is_fresh(mark, sources):
        return False
    owner_only.make_folder(project.private)
    owner_only.make_folder(project.bundle_dir)
    owner_only.replace(product, build(package))
    stamp.mark(mark, sources)
    return True


def build(package: Path) -> bytes:
    """One Cap'n Proto message with Pyodide's script, WebAssembly and standard library."""
    script = glue.adapt(_read(package, "pyodide.asm.mjs").decode(), _version(package))
    modules = [
        ("pyodide.asm", "src", script.encode()),
        ("pyodide.asm.wasm", "wasm", _read(package, "pyodide.asm.wasm")),
        ("python_stdlib.zip", "data", _read(package, "python_stdlib.zip")),
    ]
    return _message(modules)


def _message(modules: list[tuple[str, str, bytes]]) -> bytes:
    try:
        import capnp  # takes 60 ms, and is only needed to build the bundle
    except ModuleNotFoundError:
        raise LocalError("the Python package pycapnp is not installed", SETUP_HINT) from None
    capnp.remove_import_hook()
    with as_file(files("px.local") / SCHEMA) as schema:
        bundle = capnp.load(str(schema)).Bundle.new_message()
    entries = bundle.init("modules", len(modules))
    for entry, (name, kind, content) in zip(entries, modules, strict=True):
        entry.name = _PREFIX + name
        entry.type = "internal"
        setattr(entry, kind, content)
    message: bytes = bundle.to_bytes()
    return message


def _builder() -> list[bytes]:
    """The builder's own sources, which also determine the bundle."""
    here = files("px.local")
    return [(here / name).read_bytes() for name in (SCHEMA, "glue.py", "bundle.py")]


def _lock_entry(project: Workspace) -> bytes:
    """The lockfile's entry for pyodide, or nothing for a project without a lockfile."""
    try:
        packages = json.loads(project.package_lock.read_bytes()).get("packages", {})
    except FileNotFoundError:
        return b""
    except ValueError:
        raise LocalError("package-lock.json is not JSON", SETUP_HINT) from None
    return json.dumps(packages.get("node_modules/pyodide"), sort_keys=True).encode()


def _version(package: Path) -> str:
    return str(json.loads(_read(package, "package.json")).get("version"))


def _read(package: Path, name: str) -> bytes:
    try:
        return (package / name).read_bytes()
    except FileNotFoundError:
        raise LocalError(f"the npm package pyodide lacks {name}", SETUP_HINT) from None
