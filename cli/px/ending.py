"""Turns whatever stopped a command into a sentence and an exit code."""

from __future__ import annotations

import sys
import traceback

from positronic.errors import PositronicError
from px import terminal
from px.failures import Interrupted, PxError, Usage


def end(error: BaseException, *, as_json: bool) -> int:
    """Say what is wrong; the exit code."""
    if isinstance(error, terminal.ReaderGone):
        return 0
    if _wants_help(error):
        terminal.say(error.ctx.get_help())  # type: ignore[attr-defined]
        return Usage.exit_code
    failure = _failure(error)
    if failure.code == "interrupted" and terminal.is_terminal(sys.stderr):
        terminal.say("")  # after the terminal's ^C
    terminal.fail(failure, as_json=as_json)
    return failure.exit_code


def _wants_help(error: BaseException) -> bool:
    """A group without a command: click wants its help shown, as a usage error."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _failure(error: BaseException) -> PxError:
    if isinstance(error, PxError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted()
    if isinstance(error, PositronicError):  # found before anything was sent
        return Usage(error.message, code=error.code)
    if isinstance(error, OSError) and error.filename is None:
        return terminal.output_failed(error)
    return _of_click(error) or _unexpected(error)


def _of_click(error: BaseException) -> PxError | None:
    """click repeats the words that it does not know; px does not: they may be a value."""
    import click

    if isinstance(error, click.Abort):
        return Interrupted()
    if not isinstance(error, click.UsageError):
        return None
    path = error.ctx.command_path if error.ctx else "px"
    hint = f"see `{path} --help`"
    if isinstance(error, click.BadParameter) and error.param is not None:
        label = error.param.human_readable_name.upper()
        if isinstance(error.param, click.Option):
            label = error.param.opts[-1]
        what = "missing" if isinstance(error, click.MissingParameter) else "not usable"
        return Usage(f"{label} is {what}", hint=hint)
    if isinstance(error, click.BadOptionUsage):
        return Usage("an option lacks its value, or has one that it cannot have", hint=hint)
    return Usage("there is an argument, an option or a command that px does not know", hint=hint)


def _unexpected(error: BaseException) -> PxError:
    """Where it happened; not what it says, nor any local variable: they may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return PxError(f"px failed: {type(error).__name__}{place}", code="px_failed")
