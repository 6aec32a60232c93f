"""Known gaps: a promise's id on each line, and after # why it is not kept yet.

Strict: a gap that is none any more fails the run until its line is gone.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from px.errors import Detail, Usage


def read_gaps(path: Path, known: Collection[str]) -> frozenset[str]:
    """The ids in the file. Raises Usage for one that is no promise's, with its line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Usage("the file of known gaps (--known-gaps) cannot be read") from None
    found = {number: line.partition("#")[0].strip() for number, line in enumerate(lines, 1)}
    wrong = [number for number, id_ in found.items() if id_ and id_ not in known]
    if wrong:
        details = [
            Detail("unknown_promise", "is not the id of a promise", line=number) for number in wrong
        ]
        raise Usage("the file of known gaps lists ids that are not promises", details=details)
    return frozenset(id_ for id_ in found.values() if id_)
