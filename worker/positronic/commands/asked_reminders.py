"""Reminders of one project's secrets, as its ledger answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from positronic.commands.asking import Asking


class DueName(NamedTuple):
    """`at` in milliseconds; `why`: see `secrets.policy`."""

    name: str
    version: int
    at: int
    why: str


class Reminded(NamedTuple):
    """What one message says. `day` counts from 1970-01-01 UTC; `cursor`: where the next begins."""

    names: Sequence[DueName]
    day: int
    cursor: str | None


class LedgerReminders:
    """Each of these is one command. `claim`: names the run of the schedule."""

    def __init__(self, ask: Asking, claim: str) -> None:
        self._ask = ask
        self._claim = claim

    async def claim(self, within: int, cursor: str | None) -> Reminded:
        """Nobody else gets these until they are settled, or some minutes are over.

        They are due within this number of milliseconds, or overdue, and were not sent today.
        """
        sent = {"claim": self._claim, "within": within + 1, "cursor": cursor}
        found = await self._ask("reminder.claim", **sent)
        names = [DueName(*one) for one in found["names"]]
        return Reminded(names, found["day"], found["cursor"])

    async def settle(self, batch: Reminded, *, was_taken: bool) -> None:
        names = [one.name for one in batch.names]
        await self._ask("reminder.settle", names=names, day=batch.day, wasTaken=was_taken)
