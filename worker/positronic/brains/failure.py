"""How an exception is reported: name, message and stack, redacted, then truncated."""

from __future__ import annotations

import traceback
from typing import Final

from positronic.brains.failing_line import failing_line
from positronic.brains.jsonable import JsonObject
from positronic.redact import Redactor

MAX_NAME: Final = 200
MAX_MESSAGE: Final = 4_096
MAX_STACK: Final = 32_768
MAX_SEARCHED: Final = 256 * 1024  # characters; more would take seconds, and too much memory
_CUT: Final = "\n[cut]"
_LIMITS: Final = {
    "name": MAX_NAME,
    "message": MAX_MESSAGE,
    "stack": MAX_STACK,
    "where": MAX_NAME,
    "source": MAX_NAME,
}
_OURS: Final = __file__.rpartition("/")[0] + "/"


def told(error: BaseException, redactor: Redactor) -> JsonObject:
    """`{name, message, stack}`, with `where` and `source` if a line of a brain failed.

    Never local variables.
    """
    texts = [*_texts(error), *map(_utf8, failing_line(error) or ("", ""))]
    redacted = (redactor.message(_searchable(text)) for text in texts)
    # Truncated last, because half a value would not be found.
    cut = [_cut(text, limit) for text, limit in zip(redacted, _LIMITS.values(), strict=True)]
    found = dict(zip(_LIMITS, cut, strict=True))
    return {name: text for name, text in found.items() if text or name not in ("where", "source")}


def without_values(error: BaseException, redactor: Redactor) -> BaseException:
    """The exception itself if it contains no value, else a safe one of the nearest kind."""
    if all(_searchable(text) == text == redactor.message(text) for text in _texts(error)):
        return error
    return _bare(error)


def _bare(error: BaseException) -> BaseException:
    kind = next(kind for kind in type(error).__mro__ if kind.__module__ in _TRUSTED)
    # Those that need arguments are Exceptions or groups, which then lose their kind.
    simple = issubclass(kind, BaseException) and not issubclass(kind, BaseExceptionGroup)
    return kind() if simple else BaseException()


_TRUSTED: Final = ("builtins", "asyncio.exceptions")


def _texts(error: BaseException) -> tuple[str, str, str]:
    texts = (_name(error), _message(error), _stack(error))
    name, message, stack = (_utf8(text) for text in texts)
    return name, message, stack


def _name(error: BaseException) -> str:
    return type(error).__name__


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a brain's own __str__
        return "the exception does not tell its message"
    except BaseException as worse:  # noqa: BLE001 - it passes, without what it says
        raise _bare(worse) from None


def _stack(error: BaseException) -> str:
    try:
        report = traceback.TracebackException.from_exception(error, capture_locals=False)
        while report.stack and report.stack[0].filename.startswith(_OURS):
            del report.stack[0]
        return "".join(report.format())
    except Exception:  # noqa: BLE001 - a brain's own exception class
        return "the exception cannot be shown"
    except BaseException as worse:  # noqa: BLE001 - it passes, without what it says
        raise _bare(worse) from None


def _searchable(text: str) -> str:
    """All or nothing, because half a text may end in half a value."""
    return text if len(text) <= MAX_SEARCHED else f"[{len(text):,} characters were left out]"


def _utf8(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + _CUT
