"""How px ends: one error tree, one exit code for each class. Programs act on `code`.

0 done or yes; 1 no, or refused; 2 usage: the command or its input cannot be used, and nothing was
sent; 3 server not reached; 4 not allowed; 5 server failed; 130 interrupted (by SIGTERM 143, by
SIGHUP 129, by SIGQUIT 131). `px run` alone has 126 and 127, as shells have them.

A message may hold a secret's name, never a value, a token, or text that did not parse: it may be
a value in the wrong place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """One of several things that are wrong; `listed` says whether a person sees it too."""

    code: str
    error: str
    name: str | None = None
    index: int | None = None
    line: int | None = None
    listed: bool = True
    file: str | None = None


class PxError(Exception):
    """A sentence, a stable code, an exit code, and a hint that stands apart."""

    exit_code: ClassVar[int] = 5

    def __init__(
        self, message: str, *, code: str, hint: str = "", details: Sequence[Detail] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.details = tuple(details)
        self.uncertain = False  # whether the server may have done what was asked


class Refused(PxError):
    """The answer is no."""

    exit_code = 1


class Usage(PxError):
    """The command or its input cannot be used; nothing was sent."""

    exit_code = 2

    def __init__(
        self, message: str, *, code: str = "usage", hint: str = "", details: Sequence[Detail] = ()
    ) -> None:
        super().__init__(message, code=code, hint=hint, details=details)


class NotReached(PxError):
    """No answer came."""

    exit_code = 3


class NotRunning(NotReached):
    """No answer came on loopback, where `px dev` would be."""


class NotAllowed(PxError):
    """The token does not open this."""

    exit_code = 4


class ServerFailed(PxError):
    """The server failed, or is none of ours."""

    exit_code = 5


class Interrupted(PxError):
    """Ctrl-C, or another signal that asks px to stop; then px ends with 128 and its number."""

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
