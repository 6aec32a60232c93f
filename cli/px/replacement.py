"""Puts a command in px's place: same process, its own exit code, its own signals."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

from px.failures import PxError, Usage

# Python ignores these at its start, and a command would inherit that.
_IGNORED_BY_PYTHON: Final = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")
_LOCALE: Final = b"LC_CTYPE"


class CommandNotFound(PxError):
    """As shells have it."""

    exit_code = 127


class CommandNotExecutable(PxError):
    """As shells have it."""

    exit_code = 126


def replace_px(command: Sequence[str], environment: Mapping[bytes, bytes]) -> NoReturn:
    """Returns never. Raises CommandNotFound, CommandNotExecutable, Usage."""
    for name in _IGNORED_BY_PYTHON:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(command[0], list(command), _as_given(environment))  # noqa: S606 - that is its purpose
    except (OSError, ValueError) as error:
        raise _failure(error, command[0], environment) from None


def _as_given(environment: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Without the LC_CTYPE that Python gives itself in the C locale (PEP 538)."""
    found = dict(environment)
    if found.get(_LOCALE) in (b"C.UTF-8", b"C.utf8", b"UTF-8"):
        given = _given_at_start()
        if given is not None and _LOCALE not in given:
            del found[_LOCALE]
    return found


def _given_at_start() -> set[bytes] | None:
    """The names that px was started with; None where the system does not tell."""
    try:
        pairs = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return None
    return {pair.partition(b"=")[0] for pair in pairs}


def _failure(
    error: OSError | ValueError, command: str, environment: Mapping[bytes, bytes]
) -> PxError:
    """Not the command's name: it may be a value in the wrong place."""
    if not isinstance(error, OSError):
        return Usage("the command holds a character that no command can hold")
    if error.errno == errno.E2BIG:
        return CommandNotExecutable(
            "the command and its environment are too large for this system", code="not_executable"
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR) and not _is_there(command, environment):
        return CommandNotFound("the command was not found", code="command_not_found")
    reason = "its interpreter was not found"
    if error.errno not in (errno.ENOENT, errno.ENOTDIR):
        reason = (error.strerror or "").lower()
    return CommandNotExecutable(f"the command cannot be executed: {reason}", code="not_executable")


def _is_there(command: str, environment: Mapping[bytes, bytes]) -> bool:
    """Then what is missing is what its first line names."""
    path = os.fsdecode(environment.get(b"PATH", os.fsencode(os.defpath)))
    return shutil.which(command, path=path) is not None
