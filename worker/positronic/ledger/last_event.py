"""The last event of a ledger, which the next one follows."""

from __future__ import annotations

from typing import Final

from positronic.ledger.event_rows import EVENTS, event_row_id
from positronic.ports import Ledger
from positronic.rows import Put, Row

MAX_EVENTS: Final = 10**12


def last_event(ledger: Ledger) -> Row | None:
    """The last event's row, whatever else stands among the events."""
    first, end = event_row_id(MAX_EVENTS), event_row_id(0)
    return next(iter(ledger.list(EVENTS.kind, limit=1, low=first, high=end)), None)


class LastEvent:
    """Looked up once, for all commits of one ledger.

    A commit expects that its own event's number is free. If it is taken, or the commit fails, the
    last event is looked up again.
    """

    def __init__(self) -> None:
        self._row: Row | Put | None = None

    def take(self, ledger: Ledger) -> Row | Put | None:
        """For a commit, which says with `put` what the last event is after it."""
        row, self._row = self._row, None
        return row or last_event(ledger)

    def put(self, row: Put) -> None:
        self._row = row

    def forget(self) -> None:
        self._row = None
