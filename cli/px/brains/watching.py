"""Watches a run until it ends, over as many connections as necessary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from px.api.brain_events import RunEvent
from px.api.runs import Runs
from px.brains.progress import RunProgress
from px.errors import ServerFailed
from px.http.result import Lost, Silence
from px.http.retry import FIRST_WAIT, Retry

ATTEMPTS: Final = 100  # attempts to reconnect: the timeout ends them
FRUITLESS: Final = 4  # connections in a row that end without an event


class Watch:
    """Iterates over a run's events, each once and in order; `progress` says how it ended."""

    def __init__(self, runs: Runs, run_id: str) -> None:
        self._runs = runs
        self._run_id = run_id
        self._last: int | None = None
        self._fruitless = 0
        self.progress = RunProgress()

    def __iter__(self) -> Iterator[RunEvent]:
        """Raises PxError if the server stays unreachable, or is not our server."""
        retry = self._runs.client.retry
        while self.progress.outcome is None:
            before = self._last
            try:
                yield from self._new_events(retry)
                self._ended(before)
            except Silence:
                pass  # the run may be busy: reconnecting shows whether the server still answers
            except Lost as lost:
                self._broken(lost, before)
            retry = replace(self._runs.client.retry, attempts=ATTEMPTS)

    def _new_events(self, retry: Retry) -> Iterator[RunEvent]:
        """Reads events over one connection."""
        for event in self._runs.events(self._run_id, self._last, retry):
            if self._last is None or event.id > self._last:
                self._last = event.id
                self.progress.follow(event)
                yield event

    def _ended(self, before: int | None) -> None:
        """The server ended the stream. A run asked to stop early ends without a final event."""
        if self.progress.outcome is not None or self._last != before:
            return
        run = self._runs.status(self._run_id)
        if run.status != "running":
            self.progress.conclude(run.status, run.error)
            return
        self._count(before)
        if self._fruitless > FRUITLESS:
            raise ServerFailed(
                "the server ended the stream of events before the run ended",
                code="unexpected_answer",
            )

    def _broken(self, lost: Lost, before: int | None) -> None:
        """The connection broke off, which does not matter once the run has ended."""
        if self.progress.outcome is not None:
            return
        self._count(before)
        if lost.final or self._fruitless > FRUITLESS:
            raise self._runs.unreached(lost)

    def _count(self, before: int | None) -> None:
        """How many connections brought no event; waits longer each time."""
        self._fruitless = 0 if self._last != before else self._fruitless + 1
        if self._fruitless:
            self._runs.client.retry.pause(FIRST_WAIT * 2**self._fruitless)
