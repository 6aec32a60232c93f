"""One concept, one name."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from support.source import CLI, WORKER, modules, relative


def _classes(package: Path) -> dict[str, list[str]]:
    """The public classes by name, with the files that define them."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in modules(package):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(relative(path))
    return found


@pytest.mark.parametrize("package", [WORKER / "positronic", CLI / "px"], ids=lambda path: path.name)
def test_no_two_public_classes_share_a_name(package: Path) -> None:
    """Within a package a class is known by its name alone."""
    found = _classes(package)

    assert len(found) > 50
    assert {name: files for name, files in found.items() if len(files) > 1} == {}
