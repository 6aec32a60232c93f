"""Pyodide's glue script, changed so that workerd runs it.

workerd forbids eval, compiling WebAssembly from bytes and free access to clock and randomness.
It exports a stand-in for each from `pyodide-internal:builtin_wrappers`; every use in the script
is led there. Each change knows how often it must apply: a new Pyodide version whose script looks
different is refused, never half changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from px.project.errors import LocalError


@dataclass(frozen=True, slots=True)
class Change:
    """A pattern, what each match becomes, and how many matches there must be."""

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
    """The script as workerd can run it; raises LocalError naming every change that does not fit."""
    wrong = []
    for change in CHANGES:
        script, found = _apply(change, script)
        if found != change.count:
            wrong.append(f"{change.name} ({found} times, not {change.count})")
    if wrong:
        raise LocalError(
            f"pyodide {version} does not look as expected: found {', '.join(wrong)}",
            "pin the version in package-lock.json, or teach cli/px/local/glue.py the new one",
        )
    return IMPORTS + script


def _apply(change: Change, script: str) -> tuple[str, int]:
    # A function, not a template: the replacement's backslashes and groups mean nothing.
    return re.subn(change.pattern, lambda _: change.becomes, script, flags=re.DOTALL)
