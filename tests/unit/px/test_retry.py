"""When px asks again, how long it waits, and when it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from px.retry import ATTEMPTS, Retry
from px.transport import Answer, Lost


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def retry(clock: Clock, timeout: float = 30) -> Retry:
    return Retry(timeout, pause=clock.pause, clock=lambda: clock.now, jitter=lambda: 1)


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


@pytest.mark.parametrize("first", [answer(429), answer(502), answer(503), BROKEN, REFUSED])
def test_a_passing_failure_is_asked_again(first: Answer | Lost) -> None:
    """What may pass is tried again, and the good answer counts."""
    outcome = retry(Clock()).run(script([first, answer(200)]))

    assert outcome.result == answer(200)


@pytest.mark.parametrize("first", [answer(400), answer(404), answer(500), answer(307), FINAL])
def test_a_lasting_failure_is_not_asked_again(first: Answer | Lost) -> None:
    """What will not change is said at once."""
    assert retry(Clock()).run(script([first])).result is first


def test_waits_double_and_end() -> None:
    """A server that stays down is asked four times, at growing distances."""
    clock = Clock()

    retry(clock).run(script([answer(503)] * ATTEMPTS))

    assert clock.pauses == [0.2, 0.4, 0.8]


def test_retry_after_is_honoured() -> None:
    """The server's own wish comes first, in seconds or as a date."""
    clock = Clock()

    retry(clock).run(script([answer(429, retry_after="7"), answer(200)]))

    assert clock.pauses == [7]


@pytest.mark.parametrize("text", ["", "soon", "-5", "Mon, 01 Jan 2001 00:00:00 GMT", "\u0665"])
def test_an_odd_retry_after_is_passed_over(text: str) -> None:
    """A wish that makes no sense leaves px's own wait."""
    clock = Clock()

    retry(clock).run(script([answer(429, retry_after=text), answer(200)]))

    assert clock.pauses == [0.2]


def test_the_timeout_bounds_the_waits() -> None:
    """px does not wait for what would come too late."""
    clock = Clock()

    outcome = retry(clock, timeout=5).run(script([answer(429, retry_after="6")]))

    assert (outcome.result.__class__, clock.pauses) == (Answer, [])


def test_each_attempt_gets_what_is_left() -> None:
    """The timeout is one for all attempts."""
    clock, given = Clock(), list[float]()

    def send(seconds: float) -> Answer:
        given.append(seconds)
        clock.now += 10
        return answer(503)

    retry(clock).run(send)

    assert given == [30, pytest.approx(19.8), pytest.approx(9.4)]


@pytest.mark.parametrize(
    ("first", "uncertain"),
    [(BROKEN, True), (answer(502), True), (REFUSED, False), (answer(429), False)],
)
def test_an_earlier_attempt_that_may_have_acted_is_remembered(
    first: Answer | Lost, uncertain: bool
) -> None:
    """Whether something may be done is known after the last attempt too."""
    assert retry(Clock()).run(script([first, answer(404)])).uncertain is uncertain
