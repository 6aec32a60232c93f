"""What px dev says while the Worker is still starting."""

from __future__ import annotations

from threading import Event

from px.local.still_starting import said_if_slow, sentence


def test_it_is_said_again() -> None:
    """Until the start is over; then no more."""
    said: list[str] = []
    twice = Event()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            twice.set()

    with said_if_slow(say, first=0.01):
        assert twice.wait(30)
    assert all(line.startswith("Still starting the Worker: ") for line in said)


def test_a_start_that_takes_long_is_no_fault_of_the_code() -> None:
    """It has the seconds, and says that px waits on."""
    assert sentence(15.2) == "Still starting the Worker: 15 s so far"
    assert sentence(200) == (
        "Still starting the Worker, which takes long: 200 s so far (Ctrl-C stops it)"
    )
