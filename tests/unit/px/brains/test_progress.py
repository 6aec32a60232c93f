"""Where a run is by its events, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from px.api.brain_events import RunEvent
from px.brains.progress import RunProgress
from support.event_streams import Document, begin, complete, done, event, failed, start

INTERRUPTED = event("brain:interrupted", brainTitle="outer", status="interrupted")
NESTED = [
    *(start("outer"), begin("One", 0), done("One"), begin("Two", 1)),
    *(start("inner"), begin("A", 0), done("A"), begin("B", 1)),
]


def followed(events: Sequence[Document]) -> RunProgress:
    progress = RunProgress()
    for number, document in enumerate(events, 1):
        progress.follow(RunEvent(number, document["type"], document))
    return progress


def test_an_inner_brains_steps_stand_below_the_outer_step() -> None:
    """outer > Two > inner > B is told as the brains and the step of the innermost."""
    position = followed(NESTED).position

    assert (position.brains, position.step) == (("outer", "inner"), "B")


def test_the_inner_brains_end_is_not_the_runs() -> None:
    """The run goes on with the outer brain's step."""
    progress = followed([*NESTED, done("B"), complete("inner"), done("Two")])

    assert (progress.outcome, progress.position.path, progress.step) == (None, ("outer", "Two"), 2)


def test_the_outer_brains_end_is() -> None:
    """brain:complete of the first brain."""
    ended = followed([*NESTED, done("B"), complete("inner"), done("Two"), complete("outer")])

    assert ended.outcome == "complete"


def test_an_error_ends_each_brain_from_the_inside() -> None:
    """The run has failed when the outermost brain says so; `step` is the one to go on from."""
    inside = followed([*NESTED, failed("inner", "no")])
    outside = followed([*NESTED, failed("inner", "no"), failed("outer", "no")])

    assert (inside.outcome, inside.position.path) == (None, ("outer", "inner", "B"))
    assert (outside.outcome, outside.position.path) == ("error", ("outer", "Two"))
    assert (outside.error, outside.step) == ("RuntimeError: no", 2)


def test_an_interruption_ends_the_run_wherever_it_is() -> None:
    """No brain inside says a word any more."""
    progress = followed([*NESTED, INTERRUPTED])

    assert (progress.outcome, progress.step) == ("interrupted", 2)


def test_a_step_that_was_taken_over_has_no_start() -> None:
    """A rerun tells it as complete; its place is its own."""
    progress = followed([start("outer"), done("One"), begin("Two", 1)])

    assert (progress.position.path, progress.step) == (("outer", "Two"), 2)


@pytest.mark.parametrize("error", [None, "no", {}, {"name": 1, "message": 2}, []])
def test_an_error_of_another_shape_is_still_an_end(error: object) -> None:
    """Its sentence is left out."""
    broken = event("brain:error", brainTitle="outer", error=error)

    assert (followed([start("outer"), broken]).outcome, followed([broken]).error) == ("error", "")
