"""Imports the files in `brains/`; a failure says where, in a line that px parses."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath
from types import ModuleType
from typing import Final

from positronic.brains.brain_errors import InvalidBrain

FOLDER: Final = "brains"
_LONGEST: Final = 500  # characters of a message


class NotImported(Exception):
    """`worker/brains/x.py, line 3: ValueError: why`, for whatever was raised there."""


class NoSuchModule(NotImported):
    """A brain imports something that is neither a file in `worker/` nor a bundled package."""


def import_all() -> dict[str, ModuleType]:
    """Modules by file name, without those that start with `_`. Raises NotImported."""
    names = sorted(module.name for module in pkgutil.iter_modules(_folders()))
    return {f"{FOLDER}/{name}.py": _import(name) for name in names if not name.startswith("_")}


def _folders() -> list[str]:
    spec = importlib.util.find_spec(FOLDER)
    return list(spec.submodule_search_locations or ()) if spec else []


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"{FOLDER}.{name}")
    except (Exception, SystemExit, BaseExceptionGroup) as error:
        where = _where(error) or f"worker/{FOLDER}/{name}.py"
        if isinstance(error, ModuleNotFoundError) and error.name:
            raise NoSuchModule(f"{where}: {_missing(error.name)}") from error
        raise NotImported(f"{where}: {_what(error)}") from error


def _where(error: BaseException) -> str:
    """The last line executed in the author's own code."""
    places = [place for place in _places(error) if _is_the_authors(place[0])]
    if not places:
        return ""
    file, line = places[-1]
    where = f"worker/{PurePosixPath(file).relative_to(_root())}"
    return f"{where}, line {line}" if line else where


def _places(error: BaseException) -> Iterator[tuple[str, int | None]]:
    trace = error.__traceback__
    while trace:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        yield error.filename or "", error.lineno


def _is_the_authors(file: str) -> bool:
    path, root = PurePosixPath(file), _root()
    if not path.is_relative_to(root):
        return False
    return path.relative_to(root).parts[0] not in ("positronic", "python_modules", "entry.py")


def _root() -> PurePosixPath:
    """The folder of `brains/` and of the author's other files."""
    return PurePosixPath(_folders()[0]).parent


def _missing(name: str) -> str:
    near = _nearest(name)
    return f"there is no module `{name}`: neither a file in worker/ nor a bundled package" + (
        f"; did you mean `{near}`?" if near else ""
    )


def _nearest(name: str) -> str:
    from difflib import get_close_matches  # 20 ms, needed only after a failure

    parent, dot, last = name.rpartition(".")
    package = sys.modules.get(parent)
    there = getattr(package, "__path__", ()) if dot else None
    names = {module.name for module in pkgutil.iter_modules(there)}
    if not dot:
        names |= sys.stdlib_module_names
        paths = getattr(sys.modules.get(FOLDER), "__path__", ())
        names |= {f"{FOLDER}.{module.name}" for module in pkgutil.iter_modules(paths)}
    wanted = [last, f"{FOLDER}.{last}", f"{FOLDER}._{last}"] if not dot else [last]
    matches = [near for one in wanted for near in get_close_matches(one, names, 1, 0.75)]
    return f"{parent}{dot}{matches[0]}" if matches else ""


def _what(error: BaseException) -> str:
    """Its type and message in one line; only the message for our own errors."""
    text = _message(error)
    if isinstance(error, InvalidBrain):
        return text
    kind = type(error).__name__
    said = f"{kind}: {text}" if text else kind
    if isinstance(error, BaseExceptionGroup):
        return f"{said}, first {_what(error.exceptions[0])}"
    return said


def _message(error: BaseException) -> str:
    """One line of at most 500 characters."""
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # noqa: BLE001 - an author's own __str__
        return ""
    line = " ".join(text.split()).replace(f"{_root()}/", "worker/")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
