from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from px.local.process_group import ProcessGroup, group_is_alive

Start = Callable[[str], ProcessGroup]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a shell script and waits until it says `up`."""
    groups: list[ProcessGroup] = []
    log = tmp_path / "log"

    def run(script: str) -> ProcessGroup:
        with log.open("wb") as output:
            group = ProcessGroup(
                ["sh", "-c", script], cwd=tmp_path, env={"PATH": os.environ["PATH"]}, log=output
            )
        groups.append(group)
        deadline = time.monotonic() + 10
        while b"up" not in log.read_bytes():
            assert time.monotonic() < deadline
            time.sleep(0.005)
        return group

    yield run
    for group in groups:
        group.kill()


def test_stop_ends_what_the_program_started_too(start: Start) -> None:
    """Nothing of the group is left."""
    group = start("sleep 60 & sleep 60 & echo up; wait")
    group.stop()

    assert not group_is_alive(group.id)
    assert group.exit_code() is not None


def test_stop_reaches_children_of_a_program_that_has_ended(start: Start) -> None:
    """A leader that dies by itself leaves no orphans behind."""
    group = start("sleep 60 & echo up")
    group.stop()

    assert not group_is_alive(group.id)


def test_a_program_that_ignores_sigterm_is_killed(start: Start) -> None:
    """The grace is bounded."""
    group = start("trap '' TERM; echo up; while :; do sleep 60; done")
    group.stop(grace=0.05)

    assert not group_is_alive(group.id)


def test_stopping_twice_is_harmless(start: Start) -> None:
    """The second stop does nothing: the group's number may be another's by then."""
    group = start("echo up; sleep 60")
    group.stop()
    group.stop()

    assert not group_is_alive(group.id)
