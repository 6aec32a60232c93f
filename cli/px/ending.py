"""Turns whatever stopped a command into a message and an exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Any, Protocol

from positronic.errors import PositronicError
from px import terminal
from px.errors import Interrupted, PxError, Usage
from px.process import stopping


def end(error: BaseException, arguments: Sequence[str], *, as_json: bool) -> int:
    """Reports the error and returns the exit code; `arguments` are px's own."""
    if isinstance(error, terminal.ReaderGone):
        return 0
    if _wants_help(error):
        terminal.say(str(error))
        return Usage.exit_code
    failure = _failure(error, arguments)
    if failure.code == "interrupted" and terminal.is_terminal(sys.stderr):
        terminal.say("")  # after the terminal's ^C
    terminal.fail(failure, as_json=as_json)
    return stopping.exit_code() if isinstance(failure, Interrupted) else failure.exit_code


def _wants_help(error: BaseException) -> bool:
    """A group without a command, whose help typer shows as a usage error."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _failure(error: BaseException, arguments: Sequence[str]) -> PxError:
    if isinstance(error, PxError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted()
    if isinstance(error, PositronicError):  # found before anything was sent
        return Usage(error.message, code=error.code)
    if isinstance(error, FileNotFoundError) and error.filename is None:  # os.getcwd()
        return Usage("the current folder no longer exists", hint="change to an existing folder")
    if isinstance(error, OSError) and error.filename is None:
        return terminal.output_failed(error, "a file of px, or the output,")
    if isinstance(error, OSError):
        from px.project.file_failures import file_failed

        return file_failed(error)
    return _of_typer(error, arguments) or _unexpected(error)


def _of_typer(error: BaseException, arguments: Sequence[str]) -> PxError | None:
    """typer repeats unknown words; px does not, as they may be a value."""
    import typer

    from px.commands import mistyped
    from px.commands.groups import UnknownCommand

    if isinstance(error, typer.Abort):
        return Interrupted()
    if isinstance(error, UnknownCommand):
        return mistyped.unknown_command(error)
    if not isinstance(error, typer.TyperException):
        return None
    context = getattr(error, "ctx", None)
    hint = f"see `{context.command_path if context else 'px'} --help`"
    if isinstance(error, typer.BadParameter) and error.param is not None:
        what = f"not valid{_range(error.param)}" if error.message else "missing"
        return Usage(f"{_label(error.param)} is {what}", hint=hint)
    kind, word = type(error).__name__, getattr(error, "option_name", "an option")
    if kind == "BadOptionUsage":  # a declared one, not the user's word
        return Usage(f"{word} has no value, or one that is not allowed", hint=hint)
    if context is None:
        return Usage("unknown argument, option or command", hint=hint)
    if kind == "NoSuchOption":
        return mistyped.unknown_option(context, word, arguments)
    return mistyped.too_many(context, arguments)


def _label(param: _Parameter) -> str:
    """The parameter as the user types it: --timeout, NAME."""
    if param.param_type_name == "option":
        return param.opts[-1]
    return (param.name or "an argument").upper()


def _range(param: _Parameter) -> str:
    """What a number may be, if px says so anywhere."""
    low, high = (getattr(param.type, one, None) for one in ("min", "max"))
    if low is None:
        return ""
    return (
        f": a number from {low} to {high}"
        if high is not None
        else f": a number that is at least {low}"
    )


class _Parameter(Protocol):
    """typer's parameter, which has no public name."""

    opts: list[str]
    param_type_name: str
    name: str | None
    type: Any  # typer's own, which has no public name either


def _unexpected(error: BaseException) -> PxError:
    """Shows where it happened, but no message or local variable: they may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return PxError(f"px failed: {type(error).__name__}{where}", code="px_failed")
