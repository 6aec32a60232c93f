from __future__ import annotations

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import capnp
import pytest

from px.local.bundle import FILE_NAME, SCHEMA, ensure_bundle
from px.local.glue import CHANGES, adapt
from px.project.errors import LocalError
from px.project.workspace import Workspace

capnp.remove_import_hook()


@pytest.fixture
def with_pyodide(project: Workspace, checkout: Workspace) -> Workspace:
    project.node_modules.mkdir()
    shutil.copytree(checkout.node_modules / "pyodide", project.node_modules / "pyodide")
    lock(project, "one")
    return project


def lock(project: Workspace, integrity: str) -> None:
    entry = {"node_modules/pyodide": {"version": "314.0.6", "integrity": integrity}}
    project.package_lock.write_text(json.dumps({"packages": entry}))


def script(project: Workspace) -> Path:
    return project.node_modules / "pyodide" / "pyodide.asm.mjs"


def test_the_bundle_holds_the_three_modules_that_workerd_loads(with_pyodide: Workspace) -> None:
    """Script, WebAssembly and standard library, all internal, under workerd's names."""
    assert ensure_bundle(with_pyodide)

    with as_file(files("px.local") / SCHEMA) as schema:
        content = (with_pyodide.bundle_dir / FILE_NAME).read_bytes()
        with capnp.load(str(schema)).Bundle.from_bytes(content) as bundle:
            found = {module.name: (module.which(), str(module.type)) for module in bundle.modules}
    assert found == {
        "pyodideRuntime-internal:pyodide.asm": ("src", "internal"),
        "pyodideRuntime-internal:pyodide.asm.wasm": ("wasm", "internal"),
        "pyodideRuntime-internal:python_stdlib.zip": ("data", "internal"),
    }


def test_a_fresh_bundle_is_left_alone(with_pyodide: Workspace) -> None:
    """The second call does no work."""
    ensure_bundle(with_pyodide)

    assert not ensure_bundle(with_pyodide)


def test_a_changed_lockfile_makes_the_bundle_again(with_pyodide: Workspace) -> None:
    """The lockfile's entry for pyodide is part of what the bundle was made from."""
    ensure_bundle(with_pyodide)
    lock(with_pyodide, "two")

    assert ensure_bundle(with_pyodide)


def test_a_refused_script_leaves_the_old_bundle(with_pyodide: Workspace) -> None:
    """A bundle is there whole and as it was, or not at all."""
    ensure_bundle(with_pyodide)
    product = with_pyodide.bundle_dir / FILE_NAME
    before = product.read_bytes()
    script(with_pyodide).write_text(script(with_pyodide).read_text().replace("Date.now", "D", 1))
    lock(with_pyodide, "two")

    with pytest.raises(LocalError):
        ensure_bundle(with_pyodide)

    assert product.read_bytes() == before
    assert {path.name for path in with_pyodide.bundle_dir.iterdir()} == {FILE_NAME, "stamp"}


def test_a_script_with_fewer_occurrences_is_refused_by_name(checkout: Workspace) -> None:
    """What was not found, how often, and in which version of pyodide."""
    changed = script(checkout).read_text().replace("Date.now", "Date.later", 1)

    with pytest.raises(LocalError, match=r"pyodide 9\.9.*Date\.now \(21 times, not 22\)"):
        adapt(changed, "9.9")


def test_a_script_with_more_occurrences_is_refused_too(checkout: Workspace) -> None:
    """A new use that nobody looked at is not changed blindly."""
    changed = script(checkout).read_text() + "\neval(data)"

    with pytest.raises(LocalError, match=r"eval\(data\) \(2 times, not 1\)"):
        adapt(changed, "9.9")


def test_every_change_is_required() -> None:
    """A script with none of them names all of them."""
    with pytest.raises(LocalError) as caught:
        adapt("", "9.9")

    assert all(change.name in caught.value.message for change in CHANGES)


def test_a_cut_npm_package_is_a_sentence(with_pyodide: Workspace) -> None:
    """A file that is missing from the package is named."""
    (with_pyodide.node_modules / "pyodide" / "python_stdlib.zip").unlink()

    with pytest.raises(LocalError, match=r"pyodide lacks python_stdlib\.zip"):
        ensure_bundle(with_pyodide)
