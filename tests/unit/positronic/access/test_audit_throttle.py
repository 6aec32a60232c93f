"""Which refused tokens are news."""

from __future__ import annotations

from positronic.access.audit_throttle import CAPACITY, INTERVAL, AuditThrottle
from support.memory_service import Clock


def test_one_a_minute() -> None:
    """After the first of an id, the next is news a minute later, not a millisecond before."""
    clock = Clock()
    refusals = AuditThrottle(clock)
    told = [refusals.allows("a")]
    for step in (0, INTERVAL - 1, 1, INTERVAL - 1, 1):
        clock.now += step
        told.append(refusals.allows("a"))

    assert told == [True, False, False, True, False, True]


def test_each_id_has_its_own_minute() -> None:
    """One id's news does not hide another's."""
    refusals = AuditThrottle(Clock())

    assert [refusals.allows(each) for each in "aabab"] == [True, False, True, False, False]


def test_the_clock_may_start_anywhere() -> None:
    """The first of an id is news also when the clock stands at zero."""
    assert AuditThrottle(Clock(0)).allows("a")


def test_what_is_remembered_is_bounded() -> None:
    """Beyond the capacity the id that was noted longest ago is forgotten, and no other."""
    refusals = AuditThrottle(Clock())
    for number in range(CAPACITY + 1):
        refusals.allows(str(number))

    assert len(refusals._noted) == CAPACITY
    assert not refusals.allows("1")
    assert refusals.allows("0")


def test_noted_again_is_remembered_anew() -> None:
    """An id that was news again is not the next to be forgotten."""
    clock = Clock()
    refusals = AuditThrottle(clock)
    for number in range(CAPACITY):
        refusals.allows(str(number))
    clock.now += INTERVAL
    refusals.allows("0")
    refusals.allows("new")

    assert not refusals.allows("0")
