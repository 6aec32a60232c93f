"""px's errors: one tree, with one exit code per class. Programs act on `code`.

0 done or yes; 1 no, or refused; 2 wrong usage: the command or its input is not valid, and nothing
was sent; 3 server not reached; 4 not allowed; 5 server failed; 130 interrupted (by SIGTERM 143,
by SIGHUP 129, by SIGQUIT 131). Only `px run` has 126 and 127, like a shell.

A message may contain a secret's name, but never a value, a token, or text that did not parse:
that may be a value in the wrong place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """One of several problems; `listed`: it is also shown to people, not just in JSON."""

    code: str
    error: str
    name: str | None = None
    index: int | None = None
    line: int | None = None
    listed: bool = True
    file: str | None = None


class PxError(Exception):
    """A sentence, a stable code, an exit code, and a separate hint."""

    exit_code: ClassVar[int] = 5

    def __init__(
        self, message: str, *, code: str, hint: str = "", details: Sequence[Detail] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.details = tuple(details)
        self.uncertain = False  # whether the server may have carried out the request
        self.current_version: int | None = None  # of the secret, when another one was expected


class Refused(PxError):
    """The answer is no."""

    exit_code = 1


class Usage(PxError):
    """The command or its input is not valid; nothing was sent."""

    exit_code = 2

    def __init__(
        self, message: str, *, code: str = "usage", hint: str = "", details: Sequence[Detail] = ()
    ) -> None:
        super().__init__(message, code=code, hint=hint, details=details)


class NotReached(PxError):
    """The server did not answer."""

    exit_code = 3


class NotRunning(NotReached):
    """Nothing answered on loopback, where `px dev` would be."""


class NotAllowed(PxError):
    """The token does not allow this."""

    exit_code = 4


class ServerFailed(PxError):
    """The server failed, or is not a Positronic server."""

    exit_code = 5


class Interrupted(PxError):
    """Ctrl-C or another stop signal; px then exits with 128 plus the signal's number."""

    exit_code = 130

    def __init__(
        self,
        message: str = "interrupted",
        *,
        code: str = "interrupted",
        hint: str = "",
        details: Sequence[Detail] = (),
    ) -> None:
        super().__init__(message, code=code, hint=hint, details=details)
