from __future__ import annotations

import os
import signal

import pytest

from px.local.stop_signals import exit_code, first_signal


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)]
)
def test_the_first_signal_interrupts_and_says_which_it_was(
    number: signal.Signals, code: int
) -> None:
    """130 for Ctrl-C; 0 for the others, which ask to end and get it."""
    with first_signal() as received, pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)

    assert exit_code(received) == code


def test_stopping_is_not_interrupted() -> None:
    """A second signal changes nothing, and not the exit code either."""
    with first_signal() as received:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)

    assert exit_code(received) == 0


def test_the_old_handlers_come_back() -> None:
    """Afterwards signals do what they did before."""
    before = signal.getsignal(signal.SIGTERM)
    with first_signal():
        pass

    assert signal.getsignal(signal.SIGTERM) == before


def test_an_ignored_signal_stays_ignored() -> None:
    """`nohup px dev` is not ended by its terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with first_signal() as received:
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)

    assert received == []
