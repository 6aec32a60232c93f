"""Brains and their runs over HTTP, as typed functions. Every failure is a PxError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from px.api import decode, doubt
from px.api.brain_answers import RUN_ID, Brain, Run, Structure, brains, run, run_id, structure
from px.api.connection import Connection
from px.api.decode import Fields
from px.api.event_stream import read_events
from px.errors import PxError, Usage
from px.http.retry import Outcome, Retry

if TYPE_CHECKING:
    from httpx import Response

    from px.api.brain_events import Event
    from px.http.result import Answer, Lost

SILENCE: Final = 60.0  # seconds without a sign of life; then px reconnects, after the last event
_RUN_HINT: Final = "use the run id that `px brain run` printed"


@dataclass(frozen=True, slots=True)
class Order:
    """Which brain to run, and with what."""

    brain: str
    options: Fields
    state: Fields | None = None
    end_after: int | None = None

    def body(self) -> dict[str, object]:
        optional = {"initialState": self.state, "endAfter": self.end_after}
        given = {key: found for key, found in optional.items() if found is not None}
        options = {"options": self.options} if self.options else {}
        return {"identifier": self.brain, **options, **given}


class Brains(Connection):
    """One project's brains. Reads are retried; starting a run is not."""

    def list(self) -> list[Brain]:
        """The brains, by title."""
        answer = self._answer(self._call("GET", "/brains"), 200)
        return decode.read(answer, 200, brains)

    def show(self, title: str) -> Structure:
        answer = self._known(self._call("GET", f"/brains/{quote(title, safe='')}"), _BRAIN_HINT)
        return decode.read(answer, 200, structure)

    def start(self, order: Order) -> str:
        """The new run's id."""
        return self._start("/brains/runs", order.body(), _BRAIN_HINT)

    def rerun(self, run: str, start: int, stop_after: int | None) -> str:
        """The id of a new run that keeps the steps before number `start` (from 1)."""
        body: dict[str, object] = {"runId": run, "startsAt": start}
        if stop_after is not None:
            body["stopsAfter"] = stop_after
        return self._start("/brains/runs/rerun", body, _RUN_HINT)

    def status(self, run_id: str) -> Run:
        answer = self._known(self._call("GET", f"/brains/runs/{run_id}"), _RUN_HINT)
        return decode.read(answer, 200, run)

    def events(self, run_id: str, after: int | None, retry: Retry | None = None) -> Iterator[Event]:
        """The run's events after that number, over one connection. Raises Silence and Lost."""
        headers = {"Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = f"{after}"
        with ExitStack() as stack:
            opened: list[tuple[Answer, Response]] = []

            def send(timeout: float) -> Answer:
                stack.close()  # left over from an earlier attempt
                path = f"/brains/runs/{run_id}/watch"
                entered = self._transport.open(path, headers, timeout, SILENCE)
                opened.append(stack.enter_context(entered))
                return opened[-1][0]

            self._known((retry or self._retry).run(send), _RUN_HINT)
            yield from read_events(*opened[-1], run_id)

    @property
    def retry(self) -> Retry:
        return self._retry

    def unreached(self, lost: Lost) -> PxError:
        """The error for a connection that was lost while reading."""
        return self._failure(lost, ())

    def _start(self, path: str, body: Fields, hint: str) -> str:
        """Never retried: a second attempt would start a second run."""
        try:
            return self._write(path, body, run_id, doubt.RUN, once=True)[0]
        except PxError as error:
            _explain(error, hint)
            raise

    def _known(self, outcome: Outcome, hint: str, status: int = 200) -> Answer:
        """The answer if it is a success; a `not_found` error gets a hint."""
        try:
            return self._answer(outcome, status)
        except PxError as error:
            _explain(error, hint)
            raise


def _explain(error: PxError, hint: str) -> None:
    if error.code == "not_found":
        error.hint = hint
    if error.code == "conflict":
        error.hint = _NOT_OVER


_NOT_OVER: Final = "`px brain watch RUN` waits until it ends"
_BRAIN_HINT: Final = "`px brain list` lists the brains"


def parse_run_id(text: str) -> str:
    """Raises Usage: a run id becomes part of a URL."""
    if not RUN_ID.fullmatch(text):
        raise Usage("RUN is not a run id", hint=_RUN_HINT)
    return text
