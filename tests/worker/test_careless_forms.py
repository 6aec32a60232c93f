"""The forms in which real code shows a value, in the real Worker: none gets anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from px.project.workspace import Workspace
from support.redacted_forms import FORMS, VALUES
from support.waiting import wait_until
from worker.brain_files.careless import WAYS
from worker.brain_worker import Brains, Watched, brain_project
from worker.canaries import fresh_canary
from worker.kv_files import files_below
from worker.main_worker import ProjectApi

CONTROL = "loud"  # says what is no secret in the same places


@dataclass(slots=True)
class Shown:
    """Every form shown once, as state, in print and as an error; and a text that is no secret."""

    brains: Brains
    said: str
    streams: dict[str, Watched] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)

    def show(self, title: str, **more: object) -> None:
        run_id = self.brains.start(title, **more)
        self.streams[title] = self.brains.watch(run_id)
        self.answers[title] = self.brains.api.call("GET", f"/brains/runs/{run_id}").content

    def log(self) -> bytes:
        return self.brains.api.worker.log.read_bytes()

    def places(self) -> dict[str, bytes]:
        return {
            **files_below(self.brains.api.worker.state),
            **{f"the stream of {title}": one.raw for title, one in self.streams.items()},
            **{f"the answer to {title}": body for title, body in self.answers.items()},
            "the log": self.log(),
        }


@pytest.fixture(scope="module")
def shown(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    served = brain_project(project, tmp_path_factory.mktemp("careless"))
    with served.serve() as (_, worker):
        found = Shown(Brains(ProjectApi(worker, "careless")), f"said {fresh_canary()}")
        found.brains.api.bulk({way.secret: VALUES[way.secret] for way in WAYS.values()})
        for title in WAYS:
            found.show(title)
        found.show(CONTROL, initialState={"said": found.said})
        wait_until(lambda: b"logged " + found.said.encode() in found.log(), "the log")
        yield found


def _gone(title: str) -> set[bytes]:
    """What may not be left of a form, as it is and as JSON has it."""
    texts = FORMS[title].gone or (FORMS[title].text,)
    return {form.encode() for text in texts for form in (text, json.dumps(text)[1:-1])}


@pytest.mark.parametrize("title", WAYS)
def test_the_brain_shows_the_form(title: str) -> None:
    """The very text that the list has: so it is looked for rightly."""
    assert WAYS[title].show(VALUES[WAYS[title].secret]) == FORMS[title].text


def test_no_form_is_left_anywhere(shown: Shown) -> None:
    """Not in a stream, an answer, the kept files of runs and KV, or the log."""
    places = shown.places()
    left = [
        f"{place}: {title}"
        for title in WAYS
        for gone in _gone(title)
        for place, data in places.items()
        if gone in data
    ]

    assert left == []


@pytest.mark.parametrize("title", WAYS)
def test_a_marker_is_in_its_place(shown: Shown, title: str) -> None:
    """In the state, the error and the printed line: each was tried."""
    mark = f"[secret:{WAYS[title].secret}]"
    complete = [one for one in shown.streams[title].events if one["type"] == "step:complete"]
    errors = [one for one in shown.streams[title].events if one["type"] == "brain:error"]
    lines = [one["text"] for one in shown.streams[title].events if one["type"] == "step:print"]
    printed = [line for line in shown.log().decode().split("printed ") if line.startswith(title)]

    assert mark in json.dumps([one["patch"] for one in complete])
    assert mark in json.dumps([one["error"]["message"] for one in errors])
    assert [mark in line for line in printed] == [True]
    assert mark in lines[0]


def test_what_is_no_secret_is_found(shown: Shown) -> None:
    """The same search finds it in each kind of place."""
    found = {place for place, data in shown.places().items() if shown.said.encode() in data}

    assert {"the log", f"the stream of {CONTROL}", f"the answer to {CONTROL}"} <= found
    assert any("BrainRun" in place for place in found)
