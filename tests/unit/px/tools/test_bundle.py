from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import capnp
import pytest

from px.project.errors import LocalError
from px.tools.bundle import SCHEMA, build
from px.tools.glue import CHANGES, adapt
from px.tools.place import current

capnp.remove_import_hook()


@pytest.fixture
def pyodide(tmp_path: Path) -> Path:
    """A copy of the npm package."""
    return shutil.copytree(current().package("pyodide"), tmp_path / "pyodide")


@pytest.fixture
def glue() -> str:
    return (current().package("pyodide") / "pyodide.asm.mjs").read_text()


def test_the_bundle_holds_the_three_modules_that_workerd_loads(pyodide: Path) -> None:
    """Script, WebAssembly and standard library, all internal, under workerd's names."""
    content = build(pyodide)

    with (
        as_file(files("px.tools") / SCHEMA) as schema,
        capnp.load(str(schema)).Bundle.from_bytes(content) as bundle,
    ):
        found = {module.name: (module.which(), str(module.type)) for module in bundle.modules}
    assert found == {
        "pyodideRuntime-internal:pyodide.asm": ("src", "internal"),
        "pyodideRuntime-internal:pyodide.asm.wasm": ("wasm", "internal"),
        "pyodideRuntime-internal:python_stdlib.zip": ("data", "internal"),
    }


def test_a_script_with_fewer_occurrences_is_refused_by_name(glue: str) -> None:
    """What was not found, how often, and in which version of pyodide."""
    changed = glue.replace("Date.now", "Date.later", 1)

    with pytest.raises(LocalError, match=r"pyodide 9\.9.*Date\.now \(21 times, not 22\)"):
        adapt(changed, "9.9")


def test_a_script_with_more_occurrences_is_refused_too(glue: str) -> None:
    """A new use that nobody looked at is not changed blindly."""
    with pytest.raises(LocalError, match=r"eval\(data\) \(2 times, not 1\)"):
        adapt(glue + "\neval(data)", "9.9")


def test_every_change_is_required() -> None:
    """A script with none of them names all of them."""
    with pytest.raises(LocalError) as caught:
        adapt("", "9.9")

    assert all(change.name in caught.value.message for change in CHANGES)


def test_a_cut_npm_package_is_a_sentence(pyodide: Path) -> None:
    """A file that is missing from the package is named."""
    (pyodide / "python_stdlib.zip").unlink()

    with pytest.raises(LocalError, match=r"pyodide lacks python_stdlib\.zip"):
        build(pyodide)
