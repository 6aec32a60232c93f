"""px's front door: a command line in, an exit code out. Imports little, so that px starts fast."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence


def main() -> int:
    """Run px with the process's arguments."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt_once)
    return run(sys.argv[1:])


def _interrupt_once(*_: object) -> None:
    """The first Ctrl-C interrupts; an impatient second one must not cut px's account short."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def run(arguments: Sequence[str]) -> int:
    """Run px. Whatever happens ends in a sentence and an exit code, never in a traceback."""
    try:
        return _execute(arguments)
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - a traceback could hold a value
        return _end(error, arguments)
    finally:
        from px import terminal

        terminal.settle()


def _execute(arguments: Sequence[str]) -> int:
    if list(arguments) in (["--version"], ["-V"]):
        return _version()
    from px.commands.root import execute

    return execute(arguments)


def _version() -> int:
    from px import __version__, terminal

    terminal.data(f"px {__version__}")
    return 0


def _end(error: BaseException, arguments: Sequence[str]) -> int:
    from px.ending import end

    # Behind `--` stands a command that px runs, with its own options.
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return end(error, as_json="--json" in own)
