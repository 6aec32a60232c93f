"""Replaces px with a command: same process, its own exit code, its own signals."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

from px.errors import PxError
from px.process import core_dump, stopping

# Python ignores these signals from its start, and a command would inherit that.
_IGNORED_BY_PYTHON: Final = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")
_SHELL: Final = "/bin/sh"
_LOOK: Final = 256  # bytes of a script's first line
_UNPRINTABLE: Final = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_ONE_WORD: Final = "px does not run a shell: px run -- sh -c 'COMMAND LINE'"
_CR: Final = ": its first line ends in CRLF"
_NOT_FOUND: Final = "the command was not found"


class CommandNotFound(PxError):
    """Like a shell."""

    exit_code = 127


class CommandNotExecutable(PxError):
    """Like a shell."""

    exit_code = 126


def replace_px(command: Sequence[str], environment: Mapping[bytes, bytes]) -> NoReturn:
    """Never returns. Raises CommandNotFound, CommandNotExecutable."""
    numbers = [getattr(signal, name) for name in _IGNORED_BY_PYTHON if hasattr(signal, name)]
    _set(numbers, signal.SIG_DFL)
    stopping.hand_back()
    core_dump.allow_again()
    try:
        os.execvpe(command[0], list(command), environment)  # noqa: S606 - that is its purpose
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOEXEC:
            error = _run_by_shell(command, environment) or error
        _set(numbers, signal.SIG_IGN)
        raise _failure(error, command[0], environment) from None


def _run_by_shell(command: Sequence[str], environment: Mapping[bytes, bytes]) -> OSError | None:
    """Runs a script without a #! line, like shells and execvp(3).

    Only returns on failure: the error, or None for a binary file.
    """
    path = _find(command[0], environment)
    try:
        if path is None or _UNPRINTABLE.search(_first_line(path)):
            return None
        os.execve(_SHELL, [_SHELL, path, *command[1:]], environment)  # noqa: S606
    except OSError as error:
        return error


def _first_line(path: str) -> bytes:
    with open(path, "rb") as script:  # noqa: PTH123 - a path from the system
        return script.readline(_LOOK)


def _set(numbers: Sequence[signal.Signals], handler: signal.Handlers) -> None:
    for number in numbers:
        signal.signal(number, handler)


def _failure(
    error: OSError | ValueError, command: str, environment: Mapping[bytes, bytes]
) -> PxError:
    """Does not name the command: it may be a value in the wrong place."""
    if not isinstance(error, OSError):  # an empty word; argv cannot contain NUL
        return CommandNotFound(_NOT_FOUND, code="command_not_found")
    if error.errno == errno.E2BIG:
        return CommandNotExecutable(
            "the command and its environment are too large for this system", code="not_executable"
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR) and not _is_there(command, environment):
        hint = _ONE_WORD if " " in command.strip() else ""
        return CommandNotFound(_NOT_FOUND, code="command_not_found", hint=hint)
    reason = "its interpreter was not found" + _CR * _has_cr(command, environment)
    if error.errno not in (errno.ENOENT, errno.ENOTDIR):
        reason = (error.strerror or "").lower()
    return CommandNotExecutable(f"the command cannot be executed: {reason}", code="not_executable")


def _is_there(command: str, environment: Mapping[bytes, bytes]) -> bool:
    """The file exists, so its interpreter is missing."""
    return _find(command, environment) is not None


def _has_cr(command: str, environment: Mapping[bytes, bytes]) -> bool:
    """Whether its first line ends in CRLF, as Windows editors save it."""
    path = _find(command, environment)
    try:
        return path is not None and _first_line(path).endswith(b"\r\n")
    except OSError:
        return False


def _find(command: str, environment: Mapping[bytes, bytes]) -> str | None:
    path = os.fsdecode(environment.get(b"PATH", os.fsencode(os.defpath)))
    return shutil.which(command, path=path)
