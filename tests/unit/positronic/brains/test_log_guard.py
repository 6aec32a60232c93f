"""LogGuard: what brains print passes without a value."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
from contextlib import redirect_stdout
from itertools import pairwise
from typing import Any
from weakref import WeakSet

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positronic import BrainSecrets, brain
from positronic.brains import live_redactors
from positronic.brains.live_redactors import alive, within
from positronic.brains.log_guard import LogGuard
from positronic.redact import Redactor
from positronic.testing import run_brain, run_brain_sync

VALUE = "canary-4711-value"
PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----"


@pytest.fixture(autouse=True)
def nothing_else_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests left may be alive still, and the guard would search for its values too."""
    monkeypatch.setattr(live_redactors, "_alive", WeakSet())


def knowing(**values: str) -> Redactor:
    redactor = Redactor()
    for name, value in values.items():
        redactor.add(name, value)
    return redactor


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), max_size=6))
def test_a_value_written_piece_by_piece(places: list[int]) -> None:
    """However a line is cut into writes, with a flush after each, the value in it is found."""
    line, out = f"the key is {VALUE}, twice {VALUE}\n", io.StringIO()
    guard = LogGuard(out)
    cuts = [0, *sorted(places), len(line)]
    with within(knowing(KEY=VALUE)):
        for start, end in pairwise(cuts):
            guard.write(line[start:end])
            guard.flush()

    assert out.getvalue() == "the key is [secret:KEY], twice [secret:KEY]\n"


@pytest.mark.parametrize(
    "value", ["hunter2\nsecret9", "pass1\nword2\nabcd3", "ab12\ncd34\nef56", "4711\n0815", PEM]
)
def test_a_value_of_several_lines_beside_others(value: str) -> None:
    """`print` writes each argument, and the end of the line, separately."""
    out = io.StringIO()
    with within(knowing(KEY=value)), redirect_stdout(LogGuard(out)):
        print("value is", "KEY", value)  # noqa: T201
        print(value)  # noqa: T201
        print(value, value, sep=", ", flush=True)  # noqa: T201

    found = "[secret:KEY]"
    assert out.getvalue() == f"value is KEY {found}\n{found}\n{found}, {found}\n"


def test_lines_that_begin_with_their_end_are_not_held_for_ever() -> None:
    """They are passed when they are longer than any value."""
    out = io.StringIO()
    guard = LogGuard(out)
    with within(knowing(KEY=PEM)):
        for _ in range(100):
            guard.write("\n" + "x" * 1000)

    assert out.getvalue().count("x") >= 70_000


def test_a_line_that_is_not_ended_is_held() -> None:
    """It may be the first half of a value."""
    out = io.StringIO()
    guard = LogGuard(out)
    with within(knowing(KEY=VALUE)):
        guard.write(f"one\ntwo {VALUE[:8]}")
        guard.flush()
        before = out.getvalue()
        guard.write(f"{VALUE[8:]}\n")

    assert before == "one\n"
    assert out.getvalue() == "one\ntwo [secret:KEY]\n"


def test_a_line_that_grows_too_long_is_left_out() -> None:
    """Cut anywhere it could end within a value; the next line passes again."""
    out = io.StringIO()
    guard = LogGuard(out, limit=100)
    with within(knowing(KEY=VALUE)):
        for _ in range(20):
            guard.write(f"{VALUE}, ")
        guard.write(f"the end\nnext {VALUE}\nlast")
        guard.write("\n")

    assert out.getvalue() == (
        "[a line of more than 100 characters was left out]\nnext [secret:KEY]\nlast\n"
    )


def test_a_text_that_is_too_long_to_be_searched_is_left_out() -> None:
    """Written at once, as a logger writes a message; the next text passes again."""
    out = io.StringIO()
    guard = LogGuard(out, limit=100)
    with within(knowing(KEY=VALUE)):
        guard.write(f"{VALUE}, " * 20 + "\n")
        guard.write(f"next {VALUE}\n")

    assert out.getvalue() == (
        "[a text of more than 100 characters was left out]\nnext [secret:KEY]\n"
    )


def test_a_value_of_several_lines() -> None:
    """Printed at once or line by line, no long line of it stays."""
    out = io.StringIO()
    guard = LogGuard(out)
    with within(knowing(PEM=PEM)):
        guard.writelines([f"key {PEM}\n", *(f"  {line}\n" for line in PEM.split("\n"))])

    assert not [line for line in PEM.split("\n") if line in out.getvalue()]


def test_a_short_value_is_a_whole_line() -> None:
    """Values under 6 characters go where nothing else stands in the line."""
    out = io.StringIO()
    with within(knowing(PIN="1234")):
        LogGuard(out).write("1234\npin 1234\n1234\n")

    assert out.getvalue() == "[secret:PIN]\npin 1234\n[secret:PIN]\n"


def test_the_start_of_a_value_goes_too() -> None:
    """As libraries shorten what they show."""
    out = io.StringIO()
    value = "sk-live-0123456789abcdefghijklmnopqrstuvwxyz"
    with within(knowing(KEY=value)):
        LogGuard(out).write(f"input={value[:25]}...{value[-13:]}'\n")

    assert out.getvalue() == "input=[secret:KEY]...[secret:KEY]'\n"


def test_outside_of_runs_every_run_counts() -> None:
    """A host's own line may tell of any run of which something is left."""
    out = io.StringIO()
    guard = LogGuard(out)
    one, two = knowing(ONE="value of one"), knowing(TWO="value of two")
    alive(one)
    alive(two)
    guard.write("value of one, value of two\n")
    del one
    gc.collect()
    guard.write("value of one, value of two\n")

    assert out.getvalue() == "[secret:ONE], [secret:TWO]\nvalue of one, [secret:TWO]\n"


def test_a_line_that_two_write() -> None:
    """Redacted for both: for who began it and for who ended it."""
    out = io.StringIO()
    guard = LogGuard(out)
    with within(knowing(ONE="value of one")):
        guard.write("value of one and ")
    with within(knowing(TWO="value of two")):
        guard.write("value of two\n")

    assert out.getvalue() == "[secret:ONE] and [secret:TWO]\n"


def test_there_is_no_way_around_it() -> None:
    """It is no terminal, and gives neither the stream behind nor its buffer."""
    guard = LogGuard(io.StringIO())

    assert guard.isatty() is False
    for name in ("buffer", "fileno", "detach"):
        with pytest.raises(AttributeError):
            getattr(guard, name)


def test_what_a_step_prints() -> None:
    """From the step itself and from a task that it starts."""
    out = io.StringIO()

    async def later(value: str) -> None:
        print(f"task {value}")  # noqa: T201

    @brain("prints").step("Print")
    async def prints(secrets: BrainSecrets) -> dict[str, Any]:
        value = await secrets.get("KEY")
        print("step", value, {"value": value})  # noqa: T201
        await asyncio.ensure_future(later(value))
        return {}

    with redirect_stdout(LogGuard(out)):
        run_brain_sync(prints, secrets={"KEY": VALUE})

    assert out.getvalue() == "step [secret:KEY] {'value': '[secret:KEY]'}\ntask [secret:KEY]\n"


def test_two_runs_at_once() -> None:
    """Each line is redacted by its own run: another's value is not its business."""
    out = io.StringIO()
    turn = asyncio.Barrier(2)

    @brain("prints").step("Print")
    async def prints(secrets: BrainSecrets, options: dict[str, str]) -> dict[str, Any]:
        value = await secrets.get(options["name"])
        for _ in range(3):
            await turn.wait()
            print(options["name"], value)  # noqa: T201
        return {"value": value}

    built = prints.with_options({"name": ""})

    async def both() -> list[Any]:
        runs = (
            run_brain(built, secrets={name: f"value of {name}"}, options={"name": name})
            for name in ("ONE", "TWO")
        )
        return await asyncio.gather(*runs)

    with redirect_stdout(LogGuard(out)):
        ran = asyncio.run(both())

    assert sorted(out.getvalue().split("\n")) == [
        *("", *["ONE [secret:ONE]"] * 3, *["TWO [secret:TWO]"] * 3)
    ]
    assert [one.state for one in ran] == [{"value": "[secret:ONE]"}, {"value": "[secret:TWO]"}]


def test_a_task_that_fails_and_is_forgotten() -> None:
    """asyncio tells of it when it is thrown away, after the run: still without the value."""
    out = io.StringIO()

    async def fail(value: str) -> None:
        raise ValueError(value)

    @brain("forgets").step("Start")
    async def forgets(secrets: BrainSecrets) -> dict[str, Any]:
        asyncio.ensure_future(fail(await secrets.get("KEY")))  # noqa: RUF006 - that is the point
        return {}

    async def run_and_wait() -> None:
        await run_brain(forgets, secrets={"KEY": VALUE})
        await asyncio.sleep(0)
        gc.collect()

    # As the last resort of logging writes to stderr.
    handler, logger = logging.StreamHandler(LogGuard(out)), logging.getLogger("asyncio")
    logger.addHandler(handler)
    try:
        asyncio.run(run_and_wait())
    finally:
        logger.removeHandler(handler)

    assert "Task exception was never retrieved" in out.getvalue()
    assert VALUE not in out.getvalue()
