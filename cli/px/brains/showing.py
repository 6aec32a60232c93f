"""Shows a run until it ends, then how it ended."""

from __future__ import annotations

import json
import re
import sys
from typing import Final

from positronic.run_statuses import CANCELLED, COMPLETE, ERROR, TIMEOUT
from px import terminal
from px.api.brain_events import RunEvent
from px.api.runs import Runs
from px.brains.drawing import choose
from px.brains.listing import expired_secrets, from_copy
from px.brains.progress import RunProgress
from px.brains.screen_text import on_screen
from px.brains.watching import Watch
from px.errors import Detail, Interrupted, PxError, Refused
from px.terminal import printable

_MISSING: Final = re.compile(r"SecretNotFound: there is no secret ([A-Za-z_]\w{0,127})", re.ASCII)
_ENDED: Final = re.compile(r"SecretExpired: the secret ([A-Za-z_]\w{0,127}) expired ", re.ASCII)
MAX_SENTENCE: Final = 1000  # characters of a brain's own error
MAX_STATE_LINES: Final = 40  # of a run's result on a terminal


def show_run(runs: Runs, run_id: str, *, as_json: bool) -> None:
    """Raises Refused unless the run completed; Interrupted on Ctrl-C, while the run continues."""
    again = f"watch it again with `px brain watch {run_id}`"
    watch, drawing = Watch(runs, run_id), choose(as_json=as_json)
    short: set[str] = set()
    copied = expired = ""
    try:
        for event in watch:
            drawing.show(event, watch.progress)
            short |= _whole_only(event)
            copied = printable(from_copy(event.document)) or copied
            expired = printable(expired_secrets(event.document)) or expired
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the run continues", hint=again) from None
    except PxError as error:
        error.hint = error.hint or again
        raise
    finally:
        drawing.end()
    if short and not as_json:
        terminal.say(f"{_SHORT}: {', '.join(sorted(short))}")
    if copied and not as_json:
        terminal.say(f"{_COPIED}: {copied}")
    if expired and not as_json:
        terminal.say(f"{_EXPIRED}: {expired}")
    _conclude(watch.progress, run_id)
    if not as_json:
        _show_state(runs, run_id)
        last = watch.progress.ended_after
        told = "Run completed successfully!" if last is None else f"Run ended after step {last}."
        terminal.say(told)


def _show_state(runs: Runs, run_id: str) -> None:
    """The run's result. That it completed is true whether or not this can be read."""
    more = f"`px brain status {run_id}`"
    try:
        state = runs.status(run_id).state
    except PxError:
        terminal.advise(f"The run's state could not be read; {more} shows it.")
        return
    if not terminal.is_terminal(sys.stdout):
        terminal.data(f"state\t{json.dumps(state)}")
        return
    lines = json.dumps(state, indent=2, ensure_ascii=False).split("\n")
    terminal.data("\n".join(map(on_screen, lines[:MAX_STATE_LINES])))
    if len(lines) > MAX_STATE_LINES:
        terminal.advise(f"({len(lines) - MAX_STATE_LINES} more lines; {more} shows all)")


_SHORT: Final = "warning: values too short to be redacted everywhere in a run's events"


_EXPIRED: Final = "warning: the run read secrets that have expired"


_COPIED: Final = "warning: the ledger did not answer, so the run read copies from KV"


def _whole_only(event: RunEvent) -> set[str]:
    """The secrets with values so short that only texts equal to them are redacted."""
    names = event.document.get("wholeOnly")
    return set(map(printable, map(str, names))) if isinstance(names, list) else set()


def _conclude(progress: RunProgress, run_id: str) -> None:
    if progress.outcome == COMPLETE:
        return
    hint = f"continue from there with `px brain rerun {run_id} --from {progress.step}`"
    hint = hint if progress.step else ""
    if hint and (ended := _ENDED.match(progress.error)):
        hint = f"move its date with `px secret policy {ended[1]} --expires TIME`; then {hint}"
    if hint and (missing := _MISSING.fullmatch(progress.error)):
        hint = f"create it with `px secret create {missing[1]}`; then {hint}"
    if progress.outcome == ERROR:
        why = printable(progress.error[:MAX_SENTENCE])
        where = f" at {printable(progress.where)}" if progress.where else ""
        code = printable(progress.source)
        line = [Detail("failing_line", code)] if code else []
        raise Refused(f"the run failed{where}: {why}", code="run_failed", hint=hint, details=line)
    if progress.outcome == CANCELLED:
        raise Refused("the run was cancelled", code="run_cancelled", hint=hint)
    if progress.outcome == TIMEOUT:
        why = printable(progress.error.partition(": ")[2]) or "the run reached its time limit"
        raise Refused(why, code="run_timeout", hint=hint)
    raise Refused("the run was interrupted on the server", code="run_interrupted", hint=hint)
