"""The line of the author's own code that an exception came from, and what it says."""

from __future__ import annotations

import linecache
import traceback
from typing import Final, NamedTuple

_CORE: Final = __file__.rpartition("/brains/")[0] + "/"
# The core is among the Worker's own modules, or in the packages beside them.
_WORKER: Final = _CORE.removesuffix("positronic/").removesuffix("python_modules/")
# Not the author's code: the core, packages, Python itself.
_OTHERS: Final = ("/python_modules/", "/site-packages/", "/python3")
_STDLIB: Final = traceback.__file__.rpartition("/")[0] + "/"


class FailingLine(NamedTuple):
    """`worker/brains/x.py, line 3`, and the code in it if the file can be read."""

    where: str
    source: str


def failing_line(error: BaseException) -> FailingLine | None:
    """The innermost one."""
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if _is_the_authors(file := frame.f_code.co_filename):
            source = linecache.getline(file, line, frame.f_globals).strip()
            found = FailingLine(f"{_shown(file)}, line {line}", source)
    return found


def _is_the_authors(file: str) -> bool:
    if file.startswith((_CORE, _STDLIB, "<")):
        return False
    return not any(part in file for part in _OTHERS)


def _shown(file: str) -> str:
    """The path without the machine's folders."""
    if file.startswith(_WORKER):
        return "worker/" + file.removeprefix(_WORKER)
    return file.rpartition("/")[2]
