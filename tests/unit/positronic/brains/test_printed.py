"""What a run's code prints: events of that run alone, without a value, and not too many."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

import pytest

from positronic import Brain, BrainSecrets, brain
from positronic.brains.live_redactors import cleaning_up
from positronic.brains.log_guard import LogGuard
from positronic.brains.printed import MAX_CHARACTERS, MAX_LINES
from positronic.testing import Ran, run_brain, run_brain_sync

VALUE = "canary-4711-value"
PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----"
State = dict[str, Any]


@contextmanager
def guarded() -> Iterator[io.StringIO]:
    """The process's streams as the Worker has them; yields its log."""
    out = io.StringIO()
    with redirect_stdout(LogGuard(out)), redirect_stderr(LogGuard(out)):
        yield out


def run_here(one: Brain, **secrets: str) -> Ran:
    with guarded():
        return run_brain_sync(one, secrets=secrets)


def printed(ran: Ran) -> list[tuple[str, str]]:
    return [(one["stepTitle"], one["text"]) for one in ran.events if one["type"] == "step:print"]


def says(*texts: str, title: str = "Say") -> Brain:
    """A brain that prints these, the value in place of KEY."""

    async def say(secrets: BrainSecrets) -> State:
        value = await secrets.get("KEY")
        for text in texts:
            sys.stdout.write(text.replace("KEY", value))
        return {}

    return brain("says").step(title, say)


def test_the_lines_of_a_step_come_before_its_end() -> None:
    """One event, between the step's start and its completion, with the title of the step."""
    ran = run_here(says("one\n", "two\n"), KEY=VALUE)

    kinds = [one["type"] for one in ran.events if one["type"].startswith("step:")]
    assert [one for one in kinds if one != "step:status"] == [
        *("step:start", "step:print", "step:complete")
    ]
    assert printed(ran) == [("Say", "one\ntwo")]


def test_a_step_that_prints_nothing_has_no_such_event() -> None:
    assert printed(run_here(says(), KEY=VALUE)) == []


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["the key is KEY\n"], "the key is [secret:KEY]"),
        ([VALUE[:5], VALUE[5:], "\n"], "[secret:KEY]"),
        ([VALUE[:5], "\n", VALUE[5:], "\n"], "[secret:KEY]"),
        (["no end, KEY"], "no end, [secret:KEY]"),
        (["\ud800\n"], "\\ud800"),
    ],
)
def test_a_value_is_taken_out(texts: list[str], shown: str) -> None:
    """Also one that is printed in pieces: a step's lines are searched together."""
    assert printed(run_here(says(*texts), KEY=VALUE)) == [("Say", shown)]


def test_a_value_of_several_lines() -> None:
    ((_, text),) = printed(run_here(says("a\n", "KEY\n", "b\n"), KEY=PEM))

    assert text == "a\n[secret:KEY]\nb"


def test_a_short_value_is_taken_out_where_it_is_a_line() -> None:
    """As in the log: nowhere else, because it may be any number."""
    ((_, text),) = printed(run_here(says("KEY\n", "pin KEY\n"), KEY="4711"))

    assert text == "[secret:KEY]\npin 4711"


def test_a_line_that_another_step_ends() -> None:
    """It is held back until it ends: it may be the first half of a value."""

    async def first(secrets: BrainSecrets) -> State:
        print(f"whole\nhalf: {VALUE[:8]}", end="")  # noqa: T201
        return {}

    async def second(secrets: BrainSecrets) -> State:
        await secrets.get("KEY")
        print(VALUE[8:])  # noqa: T201
        return {}

    two = brain("two").step("First", first).step("Second", second)

    assert printed(run_here(two, KEY=VALUE)) == [
        ("First", "whole"),
        ("Second", "half: [secret:KEY]"),
    ]


def test_what_a_failing_step_printed() -> None:
    """Comes before the error, its unfinished line too."""

    def fail() -> State:
        print("before", end="")  # noqa: T201
        raise ValueError("no")

    ran = run_here(brain("fails").step("Fail", fail))

    kinds = [one["type"] for one in ran.events]
    assert kinds[-4:] == ["step:status", "step:print", "brain:error", "step:status"]
    assert printed(ran) == [("Fail", "before")]


def test_brains_inside() -> None:
    """Each line belongs to the step that was under way, the reducer's to the outer one."""

    def start(_: State) -> State:
        print("start")  # noqa: T201
        return {}

    def inside() -> State:
        print("inside")  # noqa: T201
        return {}

    def reduce(state: State, _: State) -> State:
        print("reduce")  # noqa: T201
        return state

    outer = brain("outer").brain("Outer", brain("inner").step("Inner", inside), reduce, start)

    assert printed(run_here(outer)) == [
        ("Outer", "start"),
        ("Inner", "inside"),
        ("Outer", "reduce"),
    ]


def test_what_is_logged_and_both_streams() -> None:
    """Lines of stdout and stderr in their order; one stream never ends the other's line."""

    def say() -> State:
        print("out ", end="")  # noqa: T201
        print("err", file=sys.stderr)  # noqa: T201
        print("put")  # noqa: T201
        logging.getLogger("of.a.brain").warning("logged")
        return {}

    logger = logging.getLogger("of.a.brain")
    with guarded():
        handler = logging.StreamHandler()
        logger.addHandler(handler)
        try:
            ran = run_brain_sync(brain("logs").step("Say", say))
        finally:
            logger.removeHandler(handler)

    assert printed(ran) == [("Say", "err\nout put\nlogged")]


@pytest.mark.parametrize(
    ("line", "count", "kept"),
    [("x", MAX_LINES + 5, MAX_LINES), ("x" * 1023, 70, MAX_CHARACTERS // 1024)],
)
def test_a_loud_run_is_cut_off(line: str, count: int, kept: int) -> None:
    """The first lines are kept, and their event says how many are missing; later steps say too."""

    def shout() -> State:
        for _ in range(count):
            print(line)  # noqa: T201
        return {}

    ran = run_here(brain("loud").step("One", shout).step("Two", shout))

    first, second = [one for one in ran.events if one["type"] == "step:print"]
    assert (first["text"].split("\n"), first["leftOut"]) == ([line] * kept, count - kept)
    assert (second["text"], second["leftOut"]) == ("", count)


def test_one_endless_line_is_left_out() -> None:
    """A cut could be in the middle of a value."""

    def shout() -> State:
        for _ in range(100):
            print(VALUE * 100, end="")  # noqa: T201
        print("\nnext")  # noqa: T201
        return {}

    ran = run_here(brain("loud").step("One", shout))

    (event,) = [one for one in ran.events if one["type"] == "step:print"]
    assert (event["text"], event["leftOut"]) == ("", 2)


def test_markers_do_not_make_it_too_large() -> None:
    """They may be longer than what they replace."""
    name = "K" * 128

    async def say(secrets: BrainSecrets) -> State:
        print(f"{await secrets.get(name)} " * 9_000)  # noqa: T201
        return {}

    ran = run_here(brain("long").step("Say", say), **{name: "sixsix"})

    (event,) = [one for one in ran.events if one["type"] == "step:print"]
    assert (event["text"], event["leftOut"]) == ("", 1)


def talker(turn: asyncio.Barrier) -> Brain:
    """Prints lines and half lines in turn with another run."""

    @brain("talks").step("Talk")
    async def talk(secrets: BrainSecrets, options: dict[str, str]) -> State:
        name = options["name"]
        await secrets.get(name)
        for number in range(5):
            await turn.wait()
            print(f"{name} ", end="")  # noqa: T201
            await turn.wait()
            print(number)  # noqa: T201
        return {}

    return talk.with_options({"name": ""})


def test_two_runs_never_mix() -> None:
    """They print at the same time, half a line at a time: each has its own lines alone."""

    async def both() -> list[Ran]:
        talks = talker(asyncio.Barrier(2))
        return await asyncio.gather(
            *(
                run_brain(talks, secrets={name: f"value of {name}"}, options={"name": name})
                for name in ("ONE", "TWO")
            )
        )

    with guarded():
        ran = asyncio.run(both())

    assert [printed(one) for one in ran] == [
        [("Talk", "\n".join(f"{name} {number}" for number in range(5)))] for name in ("ONE", "TWO")
    ]


def test_a_task_prints_for_its_run_as_long_as_that_goes_on() -> None:
    """What it prints after the end, or outside of any run, only the log has."""
    ended = asyncio.Event()

    async def later() -> None:
        print("during")  # noqa: T201
        await ended.wait()
        print("after")  # noqa: T201

    tasks = []

    async def start() -> State:
        tasks.append(asyncio.ensure_future(later()))
        await asyncio.sleep(0)
        return {}

    async def run_and_wait() -> tuple[Ran, Ran]:
        print("outside")  # noqa: T201
        ran = await run_brain(brain("starts").step("Start", start))
        ended.set()
        await tasks[0]
        return ran, await run_brain(brain("next").step("Next", lambda state: state))

    with guarded() as log:
        first, second = asyncio.run(run_and_wait())

    assert (printed(first), printed(second)) == ([("Start", "during")], [])
    assert log.getvalue() == "outside\nduring\nafter\n"


class Left:
    """In a circle, so that only the garbage collection ends it; it prints then."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.me = self

    def __del__(self) -> None:
        print(self.text)  # noqa: T201


async def _generator(text: str) -> Any:  # noqa: ANN401 - an async generator
    try:
        yield 1
    finally:
        print(text)  # noqa: T201


def test_what_is_cleaned_up_is_not_another_runs() -> None:
    """What a run left behind is collected during another run: nobody's, but in the log."""

    async def leave(secrets: BrainSecrets) -> State:
        Left("left by the first")
        generator = _generator("generator of the first")
        await anext(generator)
        holder: list[Any] = [generator]
        holder.append(holder)
        return {}

    async def collect() -> State:
        gc.collect()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        print("second")  # noqa: T201
        return {}

    async def both() -> tuple[Ran, Ran]:
        first = await run_brain(brain("leaves").step("Leave", leave))
        return first, await run_brain(brain("collects").step("Collect", collect))

    hook = cleaning_up()
    gc.disable()
    gc.callbacks.append(hook)
    try:
        with guarded() as log:
            first, second = asyncio.run(both())
    finally:
        gc.callbacks.remove(hook)
        gc.enable()

    assert (printed(first), printed(second)) == ([], [("Collect", "second")])
    assert {"left by the first", "generator of the first"} <= set(log.getvalue().splitlines())


def test_a_failed_task_is_of_the_run_that_started_it() -> None:
    """Also if another run's code throws it away, which is when asyncio tells of it."""
    tasks = []

    async def fail(text: str) -> None:
        raise ValueError(text)

    async def start(secrets: BrainSecrets) -> State:
        tasks.append(asyncio.ensure_future(fail(await secrets.get("KEY"))))
        own = asyncio.ensure_future(fail("failed at once"))
        await asyncio.wait([own])
        del own
        return {}

    async def throw_away() -> State:
        tasks.clear()
        print("second")  # noqa: T201
        return {}

    async def both() -> tuple[Ran, Ran]:
        first = await run_brain(brain("starts").step("Start", start), secrets={"KEY": VALUE})
        return first, await run_brain(brain("throws away").step("Throw", throw_away))

    # As the last resort of logging writes to stderr.
    with guarded() as log:
        handler, logger = logging.StreamHandler(sys.stderr), logging.getLogger("asyncio")
        logger.addHandler(handler)
        try:
            first, second = asyncio.run(both())
        finally:
            logger.removeHandler(handler)

    assert printed(second) == [("Throw", "second")]
    if hasattr(asyncio.Task, "get_context"):  # before Python 3.12 it is no run's
        assert "ValueError: failed at once" in printed(first)[0][1]
    assert log.getvalue().count("ValueError: [secret:KEY]") == 1, "the log has both"
    assert VALUE not in log.getvalue()


def test_the_failing_line_is_told() -> None:
    """With its code, as the author wrote it, even if a library raised."""
    ran = run_here(brain("fails").step("Fail", lambda: int("no")))  # the failing line

    assert ran.error
    assert ran.error["source"].endswith("# the failing line")
