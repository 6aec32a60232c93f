"""Whether records can be opened: the same key id need not mean the same key."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from px import terminal
from px.api.secrets import Secret, Secrets
from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.doctor.probe import Probe
from px.errors import PxError

NAME: Final = "records"
MOST: Final = 1000  # of the names, all on one page
TRIED: Final = 20
OLDEST: Final = 5  # of those, as the oldest ones are under the oldest keys
SHOWN: Final = 5
_CLOSED: Final = ("corrupt_record", "unknown_key")


def check_records(probe: Probe) -> Iterator[Finding]:
    """Has the server open some of the project's secrets, without showing any."""
    known = list(islice(Secrets(probe).list(), MOST))
    chosen, closed, tried = _choose(known), [], 0
    try:
        for name in chosen:
            if not probe.opens(name, _CLOSED):
                closed.append(name)
            tried += 1
    except PxError as error:
        message = f"{_count(tried, known)} tried, then: {error.message}"
        yield Finding(NAME, WARN, message, error.hint)
    if closed:
        more = f" and {len(closed) - SHOWN} more" if len(closed) > SHOWN else ""
        message = (
            f"{_count(tried, known)} tried, but the Worker's keys do not open {len(closed)}: "
            f"{', '.join(closed[:SHOWN])}{more}"
        )
        hint = "restore the master key that sealed them, or create them again"
        yield Finding(NAME, FAIL, message, hint)
    elif not known:
        yield Finding(NAME, SKIP, "this project has no secret to try")
    elif tried == len(chosen):
        yield Finding(NAME, OK, f"{_count(tried, known)} tried, all open")


def _choose(known: Sequence[Secret]) -> list[str]:
    """Names of the oldest secrets, and of others at random."""
    by_age = [one.name for one in sorted(known, key=lambda one: one.updated_at)]
    rest = by_age[OLDEST:]
    return by_age[:OLDEST] + random.sample(rest, min(TRIED - OLDEST, len(rest)))


def _count(tried: int, known: Sequence[Secret]) -> str:
    return f"{tried:,} of {terminal.counted(len(known))}"
