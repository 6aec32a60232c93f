"""A project's runs of brains over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from positronic.run_statuses import STATUSES
from px.api import decode, doubt
from px.api.brains import BRAIN_HINT, hinting
from px.api.client import Client
from px.api.decode import Fields, fields, items, matching, text
from px.api.event_stream import read_events
from px.errors import PxError, Usage
from px.http.retry import Retry

if TYPE_CHECKING:
    from httpx import Response

    from px.api.brain_events import RunEvent
    from px.http.result import Answer, Lost

SILENCE: Final = 60.0  # seconds without a sign of life; then px reconnects, after the last event
_RUN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_STATUS = re.compile("|".join(STATUSES))
_STEP_STATUS = re.compile(r"[a-z][a-z_]{0,40}")
_RUN_HINT: Final = "`px brain runs` lists the project's runs with their ids"
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Order:
    """Which brain to run, and with what."""

    brain: str
    options: Fields
    state: Fields | None = None
    end_after: int | None = None
    time_limit: int | None = None

    def body(self) -> dict[str, object]:
        optional = {
            "initialState": self.state,
            "endAfter": self.end_after,
            "timeLimit": self.time_limit,
        }
        given = {key: found for key, found in optional.items() if found is not None}
        options = {"options": self.options} if self.options else {}
        return {"identifier": self.brain, **options, **given}


@dataclass(frozen=True, slots=True)
class Run:
    """The current state of one run; `document` is as in the contract."""

    id: str
    brain: str
    status: str
    created_at: str
    completed_at: str | None
    error: str
    where: str
    source: str
    steps: tuple[tuple[str, str], ...]
    state: Fields
    document: Fields


@dataclass(frozen=True, slots=True)
class ListedRun:
    """One run of a list. Of one that is unreadable, only its id is known.

    `brain` and `by` are text from a server: never print them to a terminal unescaped.
    """

    id: str
    brain: str
    status: str
    created_at: str
    completed_at: str | None
    by: str
    document: Fields


class Runs:
    """Reads are retried; starting a run is not."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def start(self, order: Order) -> str:
        """The new run's id."""
        return self._start("/brains/runs", order.body(), BRAIN_HINT)

    def rerun(
        self, run: str, start: int, stop_after: int | None, time_limit: int | None = None
    ) -> str:
        """The id of a new run that keeps the steps before number `start` (from 1)."""
        body: dict[str, object] = {"runId": run, "startsAt": start}
        if stop_after is not None:
            body["stopsAfter"] = stop_after
        if time_limit is not None:
            body["timeLimit"] = time_limit
        return self._start("/brains/runs/rerun", body, _RUN_HINT)

    def list(self, wanted: Mapping[str, str], most: int) -> Iterator[ListedRun]:
        """The newest first. `wanted`: the status and the brain that they must have."""
        found = self.client.pages("/runs", "runs", _listed, min(most, _AT_ONCE), wanted)
        return islice(found, most)

    def cancel(self, run_id: str) -> None:
        """Raises Refused `conflict` if it had ended before."""
        with hinting(_RUN_HINT):
            self.client.remove(f"/brains/runs/{run_id}", doubt.CANCEL)

    def status(self, run_id: str) -> Run:
        with hinting(_RUN_HINT):
            return self.client.get(f"/brains/runs/{run_id}", _run)

    def events(
        self, run_id: str, after: int | None, retry: Retry | None = None
    ) -> Iterator[RunEvent]:
        """The run's events after that number, over one connection. Raises Silence and Lost."""
        headers = {"Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = f"{after}"
        with ExitStack() as stack:
            opened: list[tuple[Answer, Response]] = []

            def send(timeout: float) -> Answer:
                stack.close()  # left over from an earlier attempt
                path = f"/brains/runs/{run_id}/watch"
                left = self.client.awaited(timeout)
                entered = self.client.transport.open(path, headers, left, SILENCE)
                opened.append(stack.enter_context(entered))
                return opened[-1][0]

            with hinting(_RUN_HINT):
                self.client.answer((retry or self.client.retry).run(send), 200)
            yield from read_events(*opened[-1], run_id)

    def unreached(self, lost: Lost) -> PxError:
        """The error for a connection that was lost while reading."""
        return self.client.failure(lost, ())

    def _start(self, path: str, body: Fields, hint: str) -> str:
        """Never retried: a second attempt would start a second run."""
        with hinting(hint):
            return self.client.write(path, body, _run_id, doubt.RUN, once=True)


def parse_run_id(text: str) -> str:
    """Raises Usage: a run id becomes part of a URL."""
    if not _RUN_ID.fullmatch(text):
        raise Usage("RUN is not a run id", hint=_RUN_HINT)
    return text


def error_sentence(found: object) -> str:
    """An event's or run's error as `<name>: <message>`; empty if there is none."""
    if found is None:
        return ""
    error = fields(found)
    return ": ".join(part for part in (text(error["name"]), text(error["message"])) if part)


def error_line(found: object) -> str:
    """The line of the brain's own code that failed; empty if the server does not tell."""
    return _optional_text(found, "where")


def failing_source(found: object) -> str:
    """The code in that line, likewise."""
    return _optional_text(found, "source")


def _optional_text(error: object, key: str) -> str:
    told = None if error is None else fields(error).get(key)
    return "" if told is None else text(told)


def _run_id(found: Fields) -> str:
    return matching(_RUN_ID, found["brainRunId"])


def _run(found: Fields) -> Run:
    return Run(
        _run_id(found),
        text(found["brainTitle"]),
        matching(_STATUS, found["status"]),
        decode.time(found["createdAt"]),
        decode.optional(decode.time, found.get("completedAt")),
        error_sentence(found.get("error")),
        error_line(found.get("error")),
        failing_source(found.get("error")),
        tuple(items(found, "steps", _step)),
        fields(found["state"]),
        found,
    )


def _listed(found: Fields) -> ListedRun:
    if decode.is_unreadable(found):
        return ListedRun(_run_id(found), "", "unreadable", "", None, "", found)
    return ListedRun(
        *(_run_id(found), text(found["brainTitle"]), matching(_STATUS, found["status"])),
        decode.time(found["createdAt"]),
        decode.optional(decode.time, found.get("completedAt")),
        *(text(found["by"]), found),
    )


def _step(found: Fields) -> tuple[str, str]:
    return text(found["title"]), matching(_STEP_STATUS, found["status"])
