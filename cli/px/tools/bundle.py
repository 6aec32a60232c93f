"""The Python runtime for workerd, assembled from the npm package pyodide: no download at start."""

from __future__ import annotations

import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from px.project.errors import LocalError
from px.project.workspace import SETUP_HINT
from px.tools import glue

# The only name that workerd loads without checking it against a released bundle's hash.
FILE_NAME: Final = "pyodide_dev.capnp.bin"
SCHEMA: Final = "bundle.capnp"

_PREFIX: Final = "pyodideRuntime-internal:"


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
    with as_file(files("px.tools") / SCHEMA) as schema:
        bundle = capnp.load(str(schema)).Bundle.new_message()
    entries = bundle.init("modules", len(modules))
    for entry, (name, kind, content) in zip(entries, modules, strict=True):
        entry.name = _PREFIX + name
        entry.type = "internal"
        setattr(entry, kind, content)
    message: bytes = bundle.to_bytes()
    return message


def _version(package: Path) -> str:
    return str(json.loads(_read(package, "package.json")).get("version"))


def _read(package: Path, name: str) -> bytes:
    try:
        return (package / name).read_bytes()
    except FileNotFoundError:
        raise LocalError(f"the npm package pyodide lacks {name}") from None
