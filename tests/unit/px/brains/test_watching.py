"""Watching a run: over broken connections, to its end, and past what is no event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from px.api.client import Client
from px.api.runs import Runs
from px.brains.watching import FRUITLESS, Watch
from px.errors import NotAllowed, NotReached, Refused, ServerFailed
from px.http.retry import ATTEMPTS, LONGEST_WAIT, Retry
from px.settings import make_target
from px.testing.dev_server import TestDevServer
from px.testing.faults import Fault, answer, hang, refusal, web_page
from support.event_streams import (
    ONE_STEP,
    RUN,
    STATUS,
    Document,
    complete,
    endless,
    failed,
    raw,
    sse,
    start,
    stream,
)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def runs(server: TestDevServer, pauses: list[float]) -> Iterator[Runs]:
    target = make_target(server.url, server.token)
    with Client(target, Retry(30, pause=pauses.append)) as made:
        yield Runs(made)


def status(state: str) -> Fault:
    """What GET of the run answers."""
    run: Document = {
        "brainRunId": RUN,
        "brainTitle": "example",
        "status": state,
        "createdAt": "2026-11-24T00:00:00.000Z",
        "steps": [],
        "state": {},
    }
    return answer(200, json.dumps(run).encode(), {"Content-Type": "application/json"})


def watched(runs: Runs) -> tuple[list[Any], str | None]:
    """The events, and the run's outcome."""
    watch = Watch(runs, RUN)
    events = [one.document for one in watch]
    return events, watch.progress.outcome


def test_a_run_is_watched_to_its_end(server: TestDevServer, runs: Runs) -> None:
    """Every event once, in order, over one connection."""
    server.fail_next(stream(ONE_STEP))

    assert watched(runs) == ([*ONE_STEP], "complete")
    assert [call.path for call in server.calls] == [f"/brains/runs/{RUN}/watch"]


def test_what_follows_the_end_is_shown_too(server: TestDevServer, runs: Runs) -> None:
    """A failed run's last event is its steps' status, after brain:error."""
    events = [start("example"), failed("example", "no"), STATUS]
    server.fail_next(stream(events))

    assert watched(runs) == (events, "error")


@pytest.mark.parametrize("cut", [True, False])
def test_a_broken_connection_is_made_anew(server: TestDevServer, runs: Runs, *, cut: bool) -> None:
    """It goes on after the last event that came, and shows none twice."""
    server.fail_next(stream(ONE_STEP[:2], cut=cut), stream(ONE_STEP[1:], 2))

    assert watched(runs) == ([*ONE_STEP], "complete")


def test_a_server_that_is_away_for_a_while_is_waited_for(
    server: TestDevServer, runs: Runs, pauses: list[float]
) -> None:
    """More often than elsewhere: a Worker that starts again needs some seconds."""
    busy = [refusal(503, "not_configured")] * (2 * ATTEMPTS)
    server.fail_next(stream(ONE_STEP[:2], cut=True), *busy, stream(ONE_STEP[2:], 3))

    assert watched(runs) == ([*ONE_STEP], "complete")
    assert max(pauses) < LONGEST_WAIT + 0.2


def test_a_server_that_stays_away_is_given_up(
    server: TestDevServer, runs: Runs, pauses: list[float]
) -> None:
    """After so many attempts; what had come was shown."""
    server.fail_next(stream(ONE_STEP[:2], cut=True), *[stream([], cut=True)] * (FRUITLESS + 1))
    events = iter(Watch(runs, RUN))

    seen = [next(events).document, next(events).document]
    with pytest.raises(NotReached):
        next(events)

    assert seen == [*ONE_STEP[:2]]
    assert pauses == sorted(pauses)
    assert len(pauses) == FRUITLESS + 1


def test_streams_that_end_without_an_event_are_given_up(server: TestDevServer, runs: Runs) -> None:
    """A server that says that the run goes on, but not how."""
    server.fail_next(*[stream([]), status("running")] * (FRUITLESS + 1))

    with pytest.raises(ServerFailed):
        watched(runs)


@pytest.mark.parametrize("outcome", ["complete", "error", "interrupted"])
def test_a_run_that_ends_without_a_last_event(
    server: TestDevServer, runs: Runs, outcome: str
) -> None:
    """A run that was to stop early has no brain:complete; its status says that it has ended."""
    server.fail_next(stream(ONE_STEP[:4]), stream([]), status(outcome))

    assert watched(runs) == ([*ONE_STEP[:4]], outcome)


def test_an_end_that_breaks_off_is_an_end(server: TestDevServer, runs: Runs) -> None:
    """Once the run has ended, a broken connection is no news."""
    server.fail_next(stream(ONE_STEP, cut=True))

    assert watched(runs) == ([*ONE_STEP], "complete")


def test_silence_is_asked_about(
    server: TestDevServer, runs: Runs, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """A long step sends nothing; the connection is made anew, however often, and nothing lost."""
    monkeypatch.setattr("px.api.runs.SILENCE", 0.05)
    quiet = [endless([])] * (FRUITLESS + 2)
    server.fail_next(endless(ONE_STEP[:2]), *quiet, stream(ONE_STEP[2:], 3))

    assert watched(runs) == ([*ONE_STEP], "complete")
    assert pauses == []


def test_signs_of_life_are_no_events(server: TestDevServer, runs: Runs) -> None:
    """Comments and empty events only keep the connection open."""
    body = b": hello\n\n" + sse(1, ONE_STEP[0]) + b":\n\n\n\n" + sse(2, complete("example"))
    server.fail_next(raw(body))

    assert watched(runs) == ([ONE_STEP[0], complete("example")], "complete")


@pytest.mark.parametrize(
    "body",
    [
        b"id: 1\ndata: nonsense\n\n",
        b"id: 1\ndata: []\n\n",
        b"id: 1\ndata: {}\n\n",
        b'data: {"type": "brain:start", "brainRunId": "run-1"}\n\n',
        b'id: x\ndata: {"type": "brain:start", "brainRunId": "run-1"}\n\n',
        b'id: 1\ndata: {"type": "brain:start", "brainRunId": "run-2"}\n\n',
        b'id: 1\ndata: {"type": 1, "brainRunId": "run-1"}\n\n',
        b'id: 1\ndata: {"type": "a\\u001b:b", "brainRunId": "run-1"}\n\n',
        b"id: 1\ndata: " + b"[" * 100_000 + b"\n\n",
    ],
)
def test_what_is_no_event_is_refused(server: TestDevServer, runs: Runs, body: bytes) -> None:
    """A stream that is none of ours is not followed, and nothing of it is shown."""
    server.fail_next(raw(body))

    with pytest.raises(ServerFailed, match="is not the Positronic API"):
        watched(runs)


@pytest.mark.parametrize("fault", [web_page(), answer(200, b"{}"), answer(204)])
def test_what_is_no_stream_is_refused(server: TestDevServer, runs: Runs, fault: Fault) -> None:
    """Another answer than a stream of events."""
    server.fail_next(fault)

    with pytest.raises(ServerFailed):
        watched(runs)


def test_an_event_without_an_end_is_refused(
    server: TestDevServer, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """px keeps no more of a stream than an event may have."""
    monkeypatch.setattr("px.api.event_stream.MAX_EVENT", 100_000)
    server.fail_next(raw(b"data: " + b"x" * 200_000))

    with pytest.raises(NotReached, match="an event is too long"):
        watched(runs)


def test_long_runs_have_no_such_limit(
    server: TestDevServer, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is an event's, not the run's."""
    monkeypatch.setattr("px.api.event_stream.MAX_EVENT", 100_000)
    events = [start("example"), *[STATUS] * 3000, complete("example")]
    server.fail_next(stream(events))

    assert len(watched(runs)[0]) == 3002


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (refusal(401, "unauthenticated"), NotAllowed),
        (refusal(404, "not_found"), Refused),
        (refusal(500, "internal"), ServerFailed),
    ],
)
def test_a_refusal_is_what_it_is_elsewhere(
    server: TestDevServer, runs: Runs, fault: Fault, error: type[Exception]
) -> None:
    """At the first connection, and at a later one."""
    server.fail_next(fault, stream(ONE_STEP[:2], cut=True), fault)

    with pytest.raises(error):
        watched(runs)
    with pytest.raises(error):
        watched(runs)


def test_no_answer_ends_with_the_timeout(server: TestDevServer) -> None:
    """`timeout` bounds how long px waits for a stream to begin."""
    server.fail_next(hang)

    with (
        Client(make_target(server.url, server.token), Retry(0.2)) as client,
        pytest.raises(NotReached),
    ):
        watched(Runs(client))
