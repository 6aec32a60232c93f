"""When px asks again, how long it waits, and when it stops."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace

import pytest

from px.http.result import Answer, Lost
from px.http.retry import ATTEMPTS, Retry


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """px's and tenacity's only clock, and no chance in the waits."""
    made = Clock()
    # Only theirs: a server of another test runs in this process, and needs the real time.
    theirs = SimpleNamespace(monotonic=lambda: made.now, time=time.time)
    for place in ("px.http.retry.time", "tenacity.time"):
        monkeypatch.setattr(place, theirs)
    monkeypatch.setattr("tenacity.wait.random", SimpleNamespace(uniform=lambda low, high: low))
    return made


def retry(clock: Clock, timeout: float = 30) -> Retry:
    return Retry(timeout, pause=clock.pause)


def script(results: Iterable[Answer | Lost]) -> Callable[[float], Answer]:
    remaining = iter(results)

    def send(_: float) -> Answer:
        result = next(remaining)
        if isinstance(result, Lost):
            raise result
        return result

    return send


def answer(status: int, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, b"")


BROKEN = Lost("the connection broke off", sent=True)
REFUSED = Lost("connection refused", sent=False)
FINAL = Lost("no answer in time", sent=True, final=True)


@pytest.mark.parametrize(
    "first", [answer(408), answer(429), answer(502), answer(503), BROKEN, REFUSED]
)
def test_a_passing_failure_is_asked_again(clock: Clock, first: Answer | Lost) -> None:
    """What may pass is tried again, and the good answer counts."""
    outcome = retry(clock).run(script([first, answer(200)]))

    assert outcome.result == answer(200)


@pytest.mark.parametrize("first", [answer(400), answer(404), answer(500), answer(307), FINAL])
def test_a_lasting_failure_is_not_asked_again(clock: Clock, first: Answer | Lost) -> None:
    """What will not change is said at once."""
    assert retry(clock).run(script([first])).result is first


def test_waits_double_and_end(clock: Clock) -> None:
    """A server that stays down is asked four times, at growing distances."""
    retry(clock).run(script([answer(503)] * ATTEMPTS))

    assert clock.pauses == [0.2, 0.4, 0.8]


def test_retry_after_is_honoured(clock: Clock) -> None:
    """The server's own wish comes first, in seconds or as a date."""
    retry(clock).run(script([answer(429, retry_after="7"), answer(200)]))

    assert clock.pauses == [7]


@pytest.mark.parametrize("text", ["", "soon", "-5", "Mon, 01 Jan 2001 00:00:00 GMT", "\u0665"])
def test_an_odd_retry_after_is_passed_over(clock: Clock, text: str) -> None:
    """A wish that makes no sense leaves px's own wait."""
    retry(clock).run(script([answer(429, retry_after=text), answer(200)]))

    assert clock.pauses == [0.2]


def test_the_timeout_bounds_the_waits(clock: Clock) -> None:
    """px does not wait for what would come too late."""
    outcome = retry(clock, timeout=5).run(script([answer(429, retry_after="6")]))

    assert (outcome.result.__class__, clock.pauses) == (Answer, [])


def test_each_attempt_gets_what_is_left(clock: Clock) -> None:
    """The timeout is one for all attempts."""
    given = list[float]()

    def send(seconds: float) -> Answer:
        given.append(seconds)
        clock.now += 10
        return answer(503)

    retry(clock).run(send)

    assert given == [30, pytest.approx(19.8), pytest.approx(9.4)]


@pytest.mark.parametrize("first", [BROKEN, answer(502), REFUSED, answer(429)])
def test_earlier_attempts_are_told(clock: Clock, first: Answer | Lost) -> None:
    """Whether something may be done is known after the last attempt too."""
    assert retry(clock).run(script([first, answer(404)])) == (answer(404), (first,))


def test_a_good_call_does_without_tenacity() -> None:
    """The library for retries is imported when something failed, and not before."""
    code = (
        "import sys; from px.http.result import Answer; from px.http.retry import Retry;"
        "Retry(1).run(lambda _: Answer(200, {}, b'')); sys.exit('tenacity' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
