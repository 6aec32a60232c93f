"""Which values cannot be guessed, so that a marker may reveal that a text contained one."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from typing import Final

from positronic.redact.parts import secret_texts

SHORTEST: Final = 24  # characters
BITS: Final = 56
RUN: Final = 10  # characters in a row, at least once

_ALPHANUMERIC: Final = re.compile(r"[A-Za-z0-9]+")
_LOOKED_AT: Final = 2_048  # characters of a value that are examined
# n log n of how often a letter may occur in them: looked up, since each value needs many.
_WEIGHTS: Final = (0.0, *(count * math.log2(count) for count in range(1, _LOOKED_AT + 1)))


def is_strong(value: str) -> bool:
    """At least 24 characters with at least 56 bits of entropy, and 10 of them in a row.

    If the value shows which part of it is the secret, only that part counts.
    """
    return len(value) >= SHORTEST and any(map(_is_unlikely, secret_texts(value)))


def _is_unlikely(text: str) -> bool:
    runs = _random_runs(text[:_LOOKED_AT])
    return max(map(len, runs), default=0) >= RUN and _bits("".join(runs)) >= BITS


def strongest(value: str) -> int:
    """Where the 24 characters with the most entropy start."""
    last = min(len(value), _LOOKED_AT) - SHORTEST
    starts = range(last, -1, -max(1, last // 16))
    return max(starts, key=lambda start: _bits("".join(_random_runs(value[start:][:SHORTEST]))))


def _random_runs(text: str) -> list[str]:
    """Those with letters and digits or many changes of case: no word, name, number or date."""
    runs: list[str] = _ALPHANUMERIC.findall(text)
    return [run for run in runs if not run.isdigit() and (not run.isalpha() or _is_mixed(run))]


def _is_mixed(letters: str) -> bool:
    changes = sum(one.isupper() != other.isupper() for one, other in pairwise(letters))
    return 3 * changes >= len(letters)


def _bits(text: str) -> float:
    """Shannon's entropy of its letters, for each three that did not occur before."""
    if not text:
        return 0
    weights = map(_WEIGHTS.__getitem__, Counter(text).values())
    each = math.log2(len(text)) - sum(weights) / len(text)
    return each * len(set(zip(text, text[1:], text[2:], strict=False)))
