"""What the source tree says about itself, for the tests of its architecture."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
WORKER: Final = ROOT / "worker"
CLI: Final = ROOT / "cli"
EXAMPLE: Final = ROOT / "examples" / "worker" / "brains"

_LAYOUT: Final = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache  # a dozen rules ask it of each file
def imports(path: Path) -> frozenset[str]:
    """Every module that the file imports anywhere in it, by its full dotted name."""
    found: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def top_level_names(path: Path) -> set[str]:
    """The packages that are imported when the file is, not in a function and not for types only."""
    found: set[str] = set()
    for node in _tree(path).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def top_level_imports(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def called(path: Path) -> set[str]:
    """The plain names that the file calls."""
    nodes = ast.walk(_tree(path))
    calls = (node.func for node in nodes if isinstance(node, ast.Call))
    return {function.id for function in calls if isinstance(function, ast.Name)}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function with its lines, from `def` to its end."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, _FUNCTIONS):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def code_lines(path: Path) -> int:
    """Lines that hold code: not blank, not comment, not docstring."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    lines: set[int] = set()
    for token in tokens:
        if token.type not in _LAYOUT:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - set(_docstring_lines(_tree(path))))


def _docstring_lines(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield from range(first.lineno, (first.end_lineno or first.lineno) + 1)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))
