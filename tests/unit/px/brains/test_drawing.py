"""What a step printed, how long it took: on screens of any width, in a pipe, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from px.api.brain_events import RunEvent
from px.brains.drawing import Drawing, JsonLines, Lines, Live
from px.brains.progress import RunProgress
from px.brains.screen_text import columns
from support.event_streams import Document, begin, complete, done, failed, printed, start

ESC = "\x1b"
CLEAR = f"\r{ESC}[2K"
LONG = "a line that is longer than what fits beside the gutter, \u6f22\u5b57" * 3


@pytest.fixture(autouse=True)
def _screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


def show(drawing: Drawing, events: Sequence[Document], capsys: pytest.CaptureFixture[str]) -> str:
    progress = RunProgress()
    for number, document in enumerate(events, 1):
        at = {"time": f"2026-11-24T05:00:{number:02}.000Z"}
        event = RunEvent(number, document["type"], document | at)
        progress.follow(event)
        drawing.show(event, progress)
    drawing.end()
    return capsys.readouterr().out


def run(*between: Document) -> list[Document]:
    return [start("example"), begin("Ask"), *between, done("Ask"), complete("example")]


def test_lines_stand_below_their_step(capsys: pytest.CaptureFixture[str]) -> None:
    """The step's line is drawn anew, with its time, before them."""
    shown = show(Live(), run(printed("one\n\n  two", leftOut=3)), capsys)

    assert shown.replace(CLEAR, "<") == (
        "example\n"
        "  \u2022 Ask<  \u2713 Ask  2.0 s\n"
        "    \u2502 one\n"
        "    \u2502 \n"
        "    \u2502   two\n"
        "    \u2502 (3 more lines were left out)\n"
    )


def test_lines_of_a_failed_step(capsys: pytest.CaptureFixture[str]) -> None:
    """Below the step that failed."""
    events = [start("example"), begin("Ask"), printed("before"), failed("example", "no")]

    shown = show(Live(), events, capsys)

    assert shown.endswith("\u2717 Ask  2.0 s\n    \u2502 before\n")


def test_lines_of_a_step_with_a_brain_inside(capsys: pytest.CaptureFixture[str]) -> None:
    """What came before the inner brain, its own steps' lines, and what came after it."""
    events = [start("inner"), begin("A"), printed("inside"), done("A"), complete("inner")]

    shown = show(Live(), run(printed("before"), *events, printed("after")), capsys)

    assert shown.replace(CLEAR, "<") == (
        "example\n"
        "  \u2022 Ask\n"
        "    \u2502 before\n"
        "    inner\n"
        "      \u2022 A<      \u2713 A  2.0 s\n"
        "        \u2502 inside\n"
        "    \u2502 after\n"
        "  \u2713 Ask  8.0 s\n"
    )


def test_a_stream_that_breaks_off(capsys: pytest.CaptureFixture[str]) -> None:
    """What a step printed is not lost with its end."""
    assert show(Live(), run(printed("one"))[:3], capsys).endswith("Ask\n    \u2502 one\n")


@pytest.mark.parametrize("width", [1, 2, 9, 40, 80, 200])
def test_every_width(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long line goes on below, whole, and no row is wider than the screen."""
    monkeypatch.setenv("COLUMNS", f"{width}")

    shown = show(Live(), run(printed(LONG)), capsys)

    rows = [row.lstrip() for row in shown.split("\n") if row.lstrip().startswith("\u2502")]
    assert max(columns(row) for row in shown.replace(CLEAR, "\n").split("\n")) <= max(width, 5)
    assert "".join(row[2:] for row in rows).replace(" ", "") == LONG.replace(" ", "")


@pytest.mark.parametrize("drawing", [Live, Lines])
def test_what_is_printed_cannot_steer_the_terminal(
    drawing: type[Drawing], capsys: pytest.CaptureFixture[str]
) -> None:
    """Escapes, carriage returns and what turns the direction of text are shown as such."""
    nasty = f"{ESC}[2J{ESC}]0;title\x07\rback\x9b31m\u202e\u2028end \u00fc"

    shown = show(drawing(), run(printed(nasty)), capsys).replace(CLEAR, "")

    assert not {ESC, "\x07", "\r", "\x9b", "\u202e", "\u2028"} & {*shown}
    assert "\\x1b[2J\\x1b]0;title\\x07\\rback\\x9b31m\\u202e\\u2028end " in shown


def test_other_letters_stay_beside_an_escape(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\u00fc \\x1b \u6f22" in show(Live(), run(printed(f"\u00fc {ESC}\t\u6f22")), capsys)


def test_a_pipe_gets_a_row_for_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Type, place, text; and how long a step and the brain took."""
    assert show(Lines(), run(printed("a\tb\nc", leftOut=1)), capsys).splitlines() == [
        "brain:start\texample",
        "step:start\texample > Ask",
        "step:print\texample > Ask\ta\\tb",
        "step:print\texample > Ask\tc",
        "step:print\texample > Ask\t(1 more lines were left out)",
        "step:complete\texample > Ask\t2.0 s",
        "brain:complete\texample\t4.0 s",
    ]


def test_json_has_the_event_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    lines = show(JsonLines(), run(printed(f"a\n{ESC}")), capsys).splitlines()

    assert json.loads(lines[2])["text"] == f"a\n{ESC}"
    assert ESC not in lines[2]


def test_a_narrow_screen_has_no_room_for_times(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The title comes first."""
    monkeypatch.setenv("COLUMNS", "20")

    assert "2.0 s" not in show(Live(), run(), capsys)
