"""The names of secrets in one module's text."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from positronic.names import is_name

_PARAMETER: Final = "secrets"  # what a step's parameter has to be called
_TYPES: Final = ("BrainSecrets", "Secrets")  # of a parameter with another name
_READS: Final = {"get": "name", "get_many": "names", "exists": "name"}


class NotRead(Exception):
    """The text is no Python that px can read."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


@dataclass(frozen=True, slots=True)
class DeclaredUse:
    """`is_optional`: a run goes on without it, because of a default or a question."""

    name: str
    line: int
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredSchedule:
    """`brain`: its title, or empty if the code does not say it in one expression."""

    brain: str
    cron: str
    line: int


@dataclass(slots=True)
class DeclaredUses:
    """`unnamed`: lines with a name that is made at run time. `wrong`: with what can be no name."""

    uses: list[DeclaredUse] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    schedules: list[DeclaredSchedule] = field(default_factory=list)


def read_uses(text: bytes) -> DeclaredUses:
    """By line. Raises NotRead."""
    found = DeclaredUses()
    tree = _parse(text)
    receivers = {_PARAMETER, *_typed(tree)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if method := _method(call, receivers):
            _add(found, call, method)
        elif cron := _argument_of(call, "with_schedule", "cron"):
            found.schedules.append(DeclaredSchedule(_title(call), cron, call.lineno))
    found.uses.sort(key=lambda use: use.line)
    return found


def _parse(text: bytes) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the code's own affair
            return ast.parse(text)
    except SyntaxError as error:
        raise NotRead(error.lineno or 1) from None
    except (ValueError, RecursionError, MemoryError):
        raise NotRead(1) from None


def _typed(tree: ast.Module) -> Iterator[str]:
    """Parameters and variables that are annotated as a step's secrets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and _is_secrets(node.annotation):
            yield node.arg
        elif isinstance(node, ast.AnnAssign) and _is_secrets(node.annotation):
            yield from (node.target.id,) if isinstance(node.target, ast.Name) else ()


def _is_secrets(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    text = ast.unparse(annotation).strip("'\"")
    return text.rpartition(".")[2] in _TYPES


def _method(call: ast.Call, receivers: set[str]) -> str:
    """The method if it is one of `secrets`, of `self.secrets` and the like; else empty."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in _READS:
        return ""
    owner = function.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return function.attr if name in receivers else ""


def _add(found: DeclaredUses, call: ast.Call, method: str) -> None:
    first = call.args[0] if call.args else _keyword(call, _READS[method])
    if first is None:  # not the method that px knows
        return
    several = method == "get_many"
    if several and not isinstance(first, ast.List | ast.Tuple | ast.Set):
        found.unnamed.append(first.lineno)
        return
    is_optional = method == "exists" or (method == "get" and _has_default(call))
    for one in first.elts if isinstance(first, ast.List | ast.Tuple | ast.Set) else [first]:
        if not (isinstance(one, ast.Constant) and isinstance(one.value, str)):
            found.unnamed.append(one.lineno)
        elif is_name(one.value):
            found.uses.append(DeclaredUse(one.value, one.lineno, is_optional))
        else:
            found.wrong.append(one.lineno)


def _title(call: ast.expr) -> str:
    """What `brain` was called with, at the beginning of a chain of calls."""
    while isinstance(call, ast.Call):
        if title := _argument_of(call, "brain", "title"):
            return title
        call = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    return ""


def _argument_of(call: ast.Call, function: str, name: str) -> str:
    """The text that a function of this name gets, or empty."""
    called = call.func
    word = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    given = call.args[0] if call.args else _keyword(call, name)
    text = given.value if isinstance(given, ast.Constant) else None
    return text if isinstance(text, str) and word == function else ""


def _has_default(call: ast.Call) -> bool:
    return len(call.args) > 1 or _keyword(call, "default") is not None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)
