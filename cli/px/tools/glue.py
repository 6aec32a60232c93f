"""Pyodide's glue script, patched so that workerd can run it.

workerd forbids eval, compiling WebAssembly from bytes and free access to clock and randomness.
It exports a replacement for each from `pyodide-internal:builtin_wrappers`, which the patched
script uses. Each change knows how often it must apply: a new Pyodide version with a different
script is refused, never partly patched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from px.project.errors import LocalError


@dataclass(frozen=True, slots=True)
class Change:
    """A pattern, its replacement, and how many matches there must be."""

    name: str
    pattern: str
    becomes: str
    count: int


_NO_EVAL: Final = "(()=>{throw new Error('eval is not available')})()"

_LOAD_LIB_DATA: Final = (
    "function loadLibData(){"
    "var libData=patchedLoadLibData(Module,libName,flags.rpath);"
    "return flags.loadAsync?Promise.resolve(libData):libData}"
    "function getExports(){"
)

CHANGES: Final = (
    Change("new WebAssembly.Module", r"new WebAssembly\.Module\(", "newWasmModule(", 4),
    Change("WebAssembly.instantiate", r"WebAssembly\.instantiate\(", "wasmInstantiate(", 2),
    Change("Date.now", r"Date\.now\b", "monotonicDateNow", 22),
    Change("crypto.getRandomValues", r"crypto\.getRandomValues\(", "getRandomValues(Module,", 1),
    Change("eval(func)", r"\beval\(func\)", _NO_EVAL, 2),
    Change("eval(data)", r"\beval\(data\)", _NO_EVAL, 1),
    Change("eval(UTF8ToString(ptr))", r"\beval\(UTF8ToString\(ptr\)\)", _NO_EVAL, 3),
    Change("getMemory", r"(?<![.\w])getMemory\(", "Module.getMemoryPatched(Module,libName,", 1),
    Change(
        "loadLibData",
        r"function loadLibData\(\)\{(?:(?!function getExports).)*?function getExports\(\)\{",
        _LOAD_LIB_DATA,
        1,
    ),
    Change(
        "export default _createPyodideModule",
        r"export default _createPyodideModule;",
        "export {_createPyodideModule};export default _createPyodideModule;",
        1,
    ),
)

IMPORTS: Final = (
    "import {addEventListener,getRandomValues,location,monotonicDateNow,newWasmModule,"
    "patchedApplyFunc,patchedLoadLibData,wasmInstantiate} "
    'from "pyodide-internal:builtin_wrappers";\n'
)


def adapt(script: str, version: str) -> str:
    """The patched script; raises LocalError that names every change that does not fit."""
    wrong = []
    for change in CHANGES:
        script, found = _apply(change, script)
        if found != change.count:
            wrong.append(f"{change.name} ({found} times, not {change.count})")
    if wrong:
        raise LocalError(
            f"pyodide {version} is not as expected: found {', '.join(wrong)}",
            "pin the version in package-lock.json, or update cli/px/tools/glue.py for the new one",
        )
    return IMPORTS + script


def _apply(change: Change, script: str) -> tuple[str, int]:
    # A function, not a template: backslashes and groups in the replacement have no meaning.
    return re.subn(change.pattern, lambda _: change.becomes, script, flags=re.DOTALL)
