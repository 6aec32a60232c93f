"""Which refused tokens are news."""

from __future__ import annotations

from positronic.access.audit_throttle import CAPACITY, INTERVAL, Refusals
from support.memory_service import Clock


def test_one_a_minute() -> None:
    """After the first of an id, the next is news a minute later, not a millisecond before."""
    clock = Clock()
    refusals = Refusals(clock)
    told = [refusals.is_news("a")]
    for step in (0, INTERVAL - 1, 1, INTERVAL - 1, 1):
        clock.now += step
        told.append(refusals.is_news("a"))

    assert told == [True, False, False, True, False, True]


def test_each_id_has_its_own_minute() -> None:
    """One id's news does not hide another's."""
    refusals = Refusals(Clock())

    assert [refusals.is_news(each) for each in "aabab"] == [True, False, True, False, False]


def test_the_clock_may_start_anywhere() -> None:
    """The first of an id is news also when the clock stands at zero."""
    assert Refusals(Clock(0)).is_news("a")


def test_what_is_remembered_is_bounded() -> None:
    """Beyond the capacity the id that was noted longest ago is forgotten, and no other."""
    refusals = Refusals(Clock())
    for number in range(CAPACITY + 1):
        refusals.is_news(str(number))

    assert len(refusals._noted) == CAPACITY
    assert not refusals.is_news("1")
    assert refusals.is_news("0")


def test_noted_again_is_remembered_anew() -> None:
    """An id that was news again is not the next to be forgotten."""
    clock = Clock()
    refusals = Refusals(clock)
    for number in range(CAPACITY):
        refusals.is_news(str(number))
    clock.now += INTERVAL
    refusals.is_news("0")
    refusals.is_news("new")

    assert not refusals.is_news("0")
