"""Known gaps: the id of one promise per line, and after # why it is not kept yet.

Strict: once a promise is kept, its line makes the run fail until it is removed.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from px.errors import Detail, Usage


def read_gaps(path: Path, known: Collection[str]) -> frozenset[str]:
    """The ids in the file. Raises Usage, with the line, for an unknown id."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Usage("the file of known gaps (--known-gaps) cannot be read") from None
    found = {number: line.partition("#")[0].strip() for number, line in enumerate(lines, 1)}
    wrong = [number for number, id_ in found.items() if id_ and id_ not in known]
    if wrong:
        details = [Detail("unknown_promise", "is not a known id", line=number) for number in wrong]
        raise Usage("the file of known gaps lists ids that are not promises", details=details)
    return frozenset(id_ for id_ in found.values() if id_)
