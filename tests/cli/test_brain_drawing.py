"""How a run's events are shown: on a terminal, in a pipe, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pexpect import EOF

from positronic.brains import BrainSecrets, brain
from px.testing.dev_server import TestDevServer
from support.elapsed import untimed
from support.event_streams import RUN, begin, done, event, failed, start, stream
from support.px_process import Px

ESC = "\x1b"
State = dict[str, Any]


def same(state: State) -> State:
    return state


async def read(state: State, secrets: BrainSecrets) -> State:
    return {**state, "pin": await secrets.get("PIN")}


def fail(state: State) -> State:
    raise RuntimeError("no\nway \x1b[31m")


OUTER = brain("outer").step("One", same)
NESTED = OUTER.brain("Two", brain("inner").step("A", same), lambda state, _: state)
BROKEN = brain("broken").step("One", same).step("Fail", fail)
SHORT = brain("short").step("Read", read)
WIDE = "\u6f22\u5b57 " * 50
LONG = brain("a" * 80).step(WIDE.strip(), same)


@pytest.fixture(scope="module")
def _with_brains() -> Iterator[TestDevServer]:
    with TestDevServer([NESTED, BROKEN, SHORT, LONG]) as running:
        yield running


@pytest.fixture
def server(_with_brains: TestDevServer) -> TestDevServer:
    """As new for each test, with a secret of four characters."""
    _with_brains.reset()
    _with_brains.seed({"PIN": "4711"})
    return _with_brains


def screen(
    px: Px, words: str, environment: Mapping[str, str] | None = None, columns: int = 80
) -> str:
    """What a terminal gets after the line with the run's id, with nothing left out."""
    child = px.terminal(
        *("brain", *words.split()), environment=environment or {}, dimensions=(24, columns)
    )
    child.expect(EOF)
    child.close()
    return re.sub(r"^Run [0-9a-f]{32} at \S+, its default project\r\n", "", child.before or "")


def test_a_terminal_sees_each_step_begin_and_end(px: Px) -> None:
    """A line a step, drawn anew when it ends; an inner brain's are indented below its step."""
    shown = untimed(screen(px, "run outer --watch", {"NO_COLOR": "1"}), "TIME")

    assert shown.replace("\r\n", "\n").replace(f"\r{ESC}[2K", "<") == (
        "outer\n"
        "  \u2022 One<  \u2713 One  TIME\n"
        "  \u2022 Two\n"
        "    inner\n"
        "      \u2022 A<      \u2713 A  TIME\n"
        "  \u2713 Two  TIME\n"
        "{}\n"
        "Run completed successfully!\n"
    )


def test_colours_are_for_the_marks(px: Px) -> None:
    """Green for what is done, red for what failed; without NO_COLOR."""
    shown = screen(px, "run broken --watch")

    assert f"{ESC}[32m\u2713{ESC}[0m One" in shown
    assert f"{ESC}[31m\u2717{ESC}[0m Fail" in shown


@pytest.mark.parametrize(
    "environment",
    [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1", "PYTHONIOENCODING": "ascii"}],
)
def test_a_simple_terminal_gets_simple_signs(px: Px, environment: Mapping[str, str]) -> None:
    """No escape sequence on one that is dumb, no sign that its encoding has not."""
    shown = screen(px, "run outer --watch", environment)

    assert shown.isascii()
    assert (ESC in shown) == (environment["TERM"] != "dumb")


@pytest.mark.parametrize("columns", [20, 9, 3])
def test_a_narrow_terminal_gets_short_lines(px: Px, columns: int) -> None:
    """No drawn line is wider than the screen: it could not be drawn anew."""
    shown = screen(px, f"run {LONG.title} --watch", {"NO_COLOR": "1"}, columns)

    drawn = shown.partition("Run completed")[0]
    lines = [part for line in drawn.split("\r\n") for part in line.split(f"\r{ESC}[2K")]
    widths = [sum(2 if "\u4e00" < sign < "\u9fff" else 1 for sign in line) for line in lines]
    assert len(lines) > 2
    assert max(widths) < max(columns, 5)


def test_what_a_server_says_cannot_steer_the_terminal(px: Px, server: TestDevServer) -> None:
    """Titles and errors are shown escaped, on one line; ours has no such titles, another may."""
    title = f"{ESC}]0;title\x07\u202e\n"
    events = [start(title), begin(title), done(title), begin("Last", 1), failed("o", f"{ESC}[2J\n")]
    server.fail_next(stream(events))

    shown = screen(px, f"watch {RUN}", {"NO_COLOR": "1"})

    assert shown.replace(f"\r{ESC}[2K", "").count(ESC) == 0
    assert "\u202e" not in shown
    assert "error: the run failed: RuntimeError: \\x1b[2J\\n\r\n" in shown


def test_a_pipe_gets_a_line_for_each_event(px: Px) -> None:
    """Type and place, with a tab between; the talk is on stderr."""
    done = px.run("brain", "run", "outer", "--watch")

    assert (done.returncode, done.stderr.splitlines()[1:]) == (0, ["Run completed successfully!"])
    assert untimed(done.stdout, "TIME").splitlines() == [
        "brain:start\touter",
        "step:start\touter > One",
        "step:complete\touter > One\tTIME",
        "step:start\touter > Two",
        "brain:start\touter > inner",
        "step:start\touter > inner > A",
        "step:complete\touter > inner > A\tTIME",
        "brain:complete\touter > inner\tTIME",
        "step:complete\touter > Two\tTIME",
        "brain:complete\touter\tTIME",
        "state\t{}",
    ]


def test_a_failed_run_is_told_last(px: Px) -> None:
    """Exit code 1, the reason on one line, and how to go on."""
    run = px.run("brain", "run", "broken").stdout.strip()

    done = px.run("brain", "watch", run)

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == (
        "brain:error\tbroken > Fail\tRuntimeError: no\\nway \\x1b[31m"
    )
    assert done.stderr == (
        "error: the run failed at test_brain_drawing.py, line 32: "
        "RuntimeError: no\\nway \\x1b[31m\n"
        '  raise RuntimeError("no\\nway \\x1b[31m")\n'
        f"hint: continue from there with `px brain rerun {run} --from 2`\n"
    )


def test_json_is_the_events_and_nothing_else(px: Px) -> None:
    """One event a line, whole, step:status too; what is wrong is a document on stderr."""
    done = px.run("brain", "run", "broken", "--watch", "--json")

    types = [json.loads(line)["type"] for line in done.stdout.splitlines()]
    assert (types[0], types[-2:]) == ("brain:start", ["brain:error", "step:status"])
    assert json.loads(done.stderr)["code"] == "run_failed"
    assert done.returncode == 1


def test_an_interrupted_run_says_so(px: Px, server: TestDevServer) -> None:
    """Exit code 1; the step that was under way is where a rerun goes on."""
    events = [start("outer"), begin("One", 0), done("One"), begin("Two", 1)]
    server.fail_next(stream([*events, event("brain:interrupted", brainTitle="outer")]))

    watched = px.run("brain", "watch", RUN)

    assert watched.returncode == 1
    assert watched.stderr == (
        "error: the run was interrupted on the server\n"
        "hint: continue from there with `px brain rerun run-1 --from 2`\n"
    )


def test_short_secrets_are_named(px: Px) -> None:
    """The server says which values it can only take out whole; px passes it on."""
    told = px.run("brain", "run", "short", "--watch").stderr
    silent = px.run("brain", "run", "short", "--watch", "--json").stderr

    assert "too short" in told
    assert "PIN" in told
    assert silent == ""
