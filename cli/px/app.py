"""The entry point of px: from command line to exit code. Imports little, to start fast."""

from __future__ import annotations

import os
import sys

_PATIENCE = 50_000


def main() -> int:
    """Runs px with the process's arguments, then ends the process."""
    if _version(sys.argv[1:]):
        return 0
    _delay_collector()
    asked = os.environ.get("_PX_COMPLETE")
    try:
        code = _run(sys.argv[1:]) if asked is None else _complete(asked)
    except KeyboardInterrupt as error:  # before or after `run` heeds the signals
        code = _end(error, sys.argv[1:])
    # Everything is written: unloading 300 modules would cost a tenth of px's time.
    os._exit(code)


def _run(arguments: list[str]) -> int:
    """Runs px as its own process: with its signals, and without a core dump."""
    from px.process import core_dump, stopping

    core_dump.forbid()
    stopping.take()
    return run(arguments)


def _delay_collector() -> None:
    import gc

    gc.set_threshold(_PATIENCE)


def run(arguments: list[str]) -> int:
    """Runs px. Every failure ends in a sentence and an exit code, never in a traceback."""
    try:
        from px.commands.root import execute

        return execute(arguments)
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - a traceback could hold a value
        return _end(error, arguments)
    finally:
        from px import terminal

        terminal.settle()


def _complete(instruction: str) -> int:
    """Whether a shell asks for completions of the command line."""
    from px import terminal
    from px.commands.groups import as_command
    from px.commands.root import app
    from px.completion.shells import answer

    try:
        return answer(as_command(app), instruction)
    finally:
        terminal.settle()


def _version(arguments: list[str]) -> bool:
    """Answers `px --version` without an import; False if not asked or not printed."""
    if arguments not in (["--version"], ["-V"]):
        return False
    from px import __version__

    try:
        sys.stdout.write(f"px {__version__}\n")
        sys.stdout.flush()
    except (AttributeError, OSError):  # closed or full: the normal path reports it
        return False
    return True


def _end(error: BaseException, arguments: list[str]) -> int:
    from px.ending import end
    from px.process import stopping

    stopping.hold_off()
    # After `--` comes the command to run, with its own options.
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return end(error, own, as_json="--json" in own)
