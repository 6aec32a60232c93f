"""How a run's events are shown: on a terminal, in a pipe, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from pexpect import EOF

from px.testing import TestDevServer
from support.event_streams import (
    RUN,
    Document,
    begin,
    complete,
    done,
    event,
    failed,
    start,
    stream,
)
from support.px_process import Px

ESC = "\x1b"
NESTED = [
    *(start("outer"), begin("One", 0), done("One"), begin("Two", 1)),
    *(start("inner"), begin("A", 0), done("A"), complete("inner")),
    *(done("Two"), complete("outer")),
]
BROKEN = [start("outer"), begin("One", 0), failed("outer", "no\nway \x1b[31m")]


def screen(px: Px, environment: Mapping[str, str] | None = None, columns: int = 80) -> str:
    """What a terminal gets, with nothing left out."""
    child = px.terminal(
        *("brain", "watch", RUN), environment=environment or {}, dimensions=(24, columns)
    )
    child.expect(EOF)
    child.close()
    return child.before or ""


def test_a_terminal_sees_each_step_begin_and_end(px: Px, server: TestDevServer) -> None:
    """A line a step, drawn anew when it ends; an inner brain's are indented below its step."""
    server.fail_next(stream(NESTED))

    shown = screen(px, {"NO_COLOR": "1"})

    assert shown.replace("\r\n", "\n").replace(f"\r{ESC}[2K", "<") == (
        "outer\n"
        "  \u2022 One<  \u2713 One\n"
        "  \u2022 Two\n"
        "    inner\n"
        "      \u2022 A<      \u2713 A\n"
        "  \u2713 Two\n"
        "Run completed successfully!\n"
    )


def test_colours_are_for_the_marks(px: Px, server: TestDevServer) -> None:
    """Green for what is done; without NO_COLOR."""
    server.fail_next(stream(NESTED))

    assert f"{ESC}[32m\u2713{ESC}[0m One" in screen(px)


@pytest.mark.parametrize(
    "environment",
    [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1", "PYTHONIOENCODING": "ascii"}],
)
def test_a_simple_terminal_gets_simple_signs(
    px: Px, server: TestDevServer, environment: Mapping[str, str]
) -> None:
    """No escape sequence on one that is dumb, no sign that its encoding has not."""
    server.fail_next(stream(NESTED))

    shown = screen(px, environment)

    assert shown.isascii()
    assert (ESC in shown) == (environment["TERM"] != "dumb")


@pytest.mark.parametrize("columns", [20, 9, 3])
def test_a_narrow_terminal_gets_short_lines(px: Px, server: TestDevServer, columns: int) -> None:
    """No drawn line is wider than the screen: it could not be drawn anew."""
    title = "\u6f22\u5b57 " * 50
    events = [start("a" * 80), begin(title), done(title), complete("a" * 80)]
    server.fail_next(stream(events))

    shown = screen(px, {"NO_COLOR": "1"}, columns)

    drawn = shown.partition("Run completed")[0]
    lines = [part for line in drawn.split("\r\n") for part in line.split(f"\r{ESC}[2K")]
    widths = [sum(2 if "\u4e00" < sign < "\u9fff" else 1 for sign in line) for line in lines]
    assert max(widths) < max(columns, 5)


def test_what_a_brain_says_cannot_steer_the_terminal(px: Px, server: TestDevServer) -> None:
    """Titles and errors are shown escaped, on one line."""
    title = f"{ESC}]0;title\x07\u202e\n"
    events = [start(title), begin(title), done(title), begin("Last", 1), failed("o", f"{ESC}[2J\n")]
    server.fail_next(stream(events))

    shown = screen(px, {"NO_COLOR": "1"})

    assert shown.replace(f"\r{ESC}[2K", "").count(ESC) == 0
    assert "\u202e" not in shown
    assert "error: the run failed: RuntimeError: \\x1b[2J\\n\r\n" in shown


def test_a_pipe_gets_a_line_for_each_event(px: Px, server: TestDevServer) -> None:
    """Type and place, with a tab between; the talk is on stderr."""
    server.fail_next(stream([*NESTED[:2], event("step:status", steps=[]), *NESTED[2:]]))

    done = px.run("brain", "watch", RUN)

    assert (done.returncode, done.stderr) == (0, "Run completed successfully!\n")
    assert done.stdout.splitlines() == [
        "brain:start\touter",
        "step:start\touter > One",
        "step:complete\touter > One",
        "step:start\touter > Two",
        "brain:start\touter > inner",
        "step:start\touter > inner > A",
        "step:complete\touter > inner > A",
        "brain:complete\touter > inner",
        "step:complete\touter > Two",
        "brain:complete\touter",
    ]


def test_a_failed_run_is_told_last(px: Px, server: TestDevServer) -> None:
    """Exit code 1, the reason on one line, and how to go on."""
    server.fail_next(stream(BROKEN))

    done = px.run("brain", "watch", RUN)

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == (
        "brain:error\touter > One\tRuntimeError: no\\nway \\x1b[31m"
    )
    assert done.stderr == (
        "error: the run failed: RuntimeError: no\\nway \\x1b[31m\n"
        "hint: go on from there with `px brain rerun run-1 --from 1`\n"
    )


def test_json_is_the_events_and_nothing_else(px: Px, server: TestDevServer) -> None:
    """One event a line, whole; what is wrong is a document on stderr."""
    server.fail_next(stream(BROKEN))

    done = px.run("brain", "watch", RUN, "--json")

    assert [json.loads(line) for line in done.stdout.splitlines()] == BROKEN
    assert json.loads(done.stderr)["code"] == "run_failed"
    assert done.returncode == 1


def test_an_interrupted_run_says_so(px: Px, server: TestDevServer) -> None:
    """Exit code 1; the step that was under way is where a rerun goes on."""
    events: list[Document] = [*NESTED[:4], event("brain:interrupted", brainTitle="outer")]
    server.fail_next(stream(events))

    done = px.run("brain", "watch", RUN)

    assert done.returncode == 1
    assert done.stderr == (
        "error: the run was interrupted on the server\n"
        "hint: go on from there with `px brain rerun run-1 --from 2`\n"
    )


def test_short_secrets_are_named(px: Px, server: TestDevServer) -> None:
    """The server says which values it can only take out whole; px passes it on."""
    events = [start("o"), begin("A"), {**done("A"), "wholeOnly": ["PIN"]}, complete("o")]
    server.fail_next(stream(events), stream(events))

    told = px.run("brain", "watch", RUN).stderr
    silent = px.run("brain", "watch", RUN, "--json").stderr

    assert "too short" in told
    assert "PIN" in told
    assert silent == ""
