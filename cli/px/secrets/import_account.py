"""What is known about an import that stopped: which secrets were written, and which may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from px.errors import Detail, Interrupted, PxError

NOT_REACHED: Final = "not_reached"
MISMATCH: Final = "version_mismatch"
CHANGED: Final = "compare again with --dry-run, which also remembers the versions of now"
SAFE: Final = "run the same command again: it is safe, and writes all of them"


def account(
    error: PxError | KeyboardInterrupt, names: Sequence[str], done: int, current: int
) -> PxError:
    """The same failure, with what is known about each name.

    `names` is in the order of sending; the first `done` are written, the next `current` under way.
    """
    failure = error if isinstance(error, PxError) else _interruption()
    is_unsent = failure.code == NOT_REACHED and not failure.uncertain
    sent = done if is_unsent else done + current
    chunk, unsent = names[done:sent], names[sent:]
    doubtful = chunk if failure.uncertain else []
    unwritten = [] if failure.uncertain else chunk
    written = len(names) - len(unsent) - len(doubtful) - len(unwritten)
    nothing = len(unsent) == len(names)
    parts = ["nothing was sent"] if nothing else [_written(written, len(names))]
    for group, what in ((doubtful, _MAYBE), (unwritten, _NOT), (unsent, _UNSENT)):
        if group and not nothing:
            parts.append(f"{len(group):,} {what} ({span(group)})")
    details = [
        *(replace(detail, index=None) for detail in failure.details),  # counted within its chunk
        *_details(set(doubtful), "unknown", _MAYBE, failure),
        *_details(set(unwritten), "not_written", _NOT, failure),
        *_details(set(unsent), "not_sent", _UNSENT, failure),
    ]
    found = type(failure)(
        f"{failure.message}; {', '.join(parts)}",
        code=failure.code,
        hint=CHANGED if failure.code == MISMATCH else SAFE,
        details=details,
    )
    found.current_version = failure.current_version
    found.uncertain = failure.uncertain
    return found


def _written(count: int, of: int) -> str:
    return f"{count:,} of {of:,} secrets were written"


_MAYBE: Final = "may or may not be written"
_NOT: Final = "not confirmed as written"
_UNSENT: Final = "not sent"


def _interruption() -> Interrupted:
    failure = Interrupted()
    failure.uncertain = True
    return failure


def span(names: Sequence[str]) -> str:
    """The first and the last name, in the order of sending."""
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _details(names: set[str], code: str, error: str, failure: PxError) -> list[Detail]:
    """For programs; people get the sentence."""
    told = {detail.name for detail in failure.details}
    return [Detail(code, error, name=name, listed=False) for name in sorted(names - told)]
