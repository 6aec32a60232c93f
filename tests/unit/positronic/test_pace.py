"""When copies begin: few at once, many when the changes have ended, and neither waits forever."""

from __future__ import annotations

from positronic.copies.pace import MOST, QUIET, Pace

NOW = 1_000_000


def test_few_begin_at_once() -> None:
    """Whatever comes next."""
    pace = Pace()
    pace.changed(NOW)

    assert pace.wait(NOW + 20, are_many=False) == 0


def test_many_wait_until_no_change_comes() -> None:
    """An import is a change after the other."""
    pace = Pace()
    for number in range(10):
        pace.changed(NOW + number * 50)
        assert pace.wait(NOW + number * 50 + 20, are_many=True) == QUIET

    assert pace.wait(NOW + 450 + QUIET, are_many=True) == 0


def test_many_wait_no_longer_than_a_while() -> None:
    """Where changes never end, or the clock is set back, copies are made all the same."""
    pace = Pace()
    waits = []
    for number in range(2 * MOST + 2):
        now = NOW - number * 60_000
        pace.changed(NOW)
        waits.append(pace.wait(now, are_many=True))

    assert waits == [*[QUIET] * MOST, 0] * 2


def test_changes_come_between_two_steps() -> None:
    """And where none comes, the next step follows at once, or when it is due."""
    pace = Pace()
    pace.changed(NOW)

    assert pace.following(NOW, NOW + 1) == NOW + 1 + QUIET
    assert pace.following(NOW, NOW + QUIET) == NOW + QUIET
    assert pace.following(NOW + 9 * QUIET, NOW + QUIET) == NOW + 9 * QUIET


def test_nothing_was_changed() -> None:
    """What an earlier process left begins at once."""
    assert Pace().wait(NOW, are_many=True) == 0
    assert Pace().following(0, NOW) == NOW
