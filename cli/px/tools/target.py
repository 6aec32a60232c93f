"""The Worker's Python: Pyodide's CPython in workerd, whatever Python runs px."""

from __future__ import annotations

from typing import Final

PLATFORM: Final = "pyemscripten_2026_0_wasm32"
PYTHON: Final = (3, 14)
IMPLEMENTATION: Final = "cp"
ABIS: Final = ("cp314", "none")

# Only wheels for it or pure ones, so no package's code runs on this machine.
PIP_OPTIONS: Final = (
    *("--platform", PLATFORM, "--python-version", ".".join(map(str, PYTHON))),
    *("--implementation", IMPLEMENTATION),
    *(word for abi in ABIS for word in ("--abi", abi)),
)

# What environment markers of dependencies say there (PEP 508).
MARKERS: Final = {
    "implementation_name": "cpython",
    "implementation_version": "3.14.2",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "python_full_version": "3.14.2",
    "python_version": "3.14",
    "sys_platform": "emscripten",
}
