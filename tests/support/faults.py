"""Ledgers that work until they are told to fail."""

from __future__ import annotations

from contracts.passing_ledger import PassingLedger
from positronic.errors import StoreFailed
from positronic.ports import Ledger


class FaultyLedger(PassingLedger):
    """Fails the calls that `failing_calls` names; `calls` has every one but counts.

    `spare`: how many of the failing calls still go through.
    """

    def __init__(self, inner: Ledger, error: Exception | None = None, spare: int = 0) -> None:
        super().__init__(inner)
        self.error = error or StoreFailed("the ledger failed")
        self.failing_calls: set[str] = set()
        self.spare = spare
        self.calls: list[str] = []

    def note(self, call: str) -> None:
        if call == "count":
            return
        self.calls.append(call)
        if call in self.failing_calls:
            self.spare -= 1
            if self.spare < 0:
                raise self.error
