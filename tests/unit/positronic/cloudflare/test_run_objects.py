"""A run's object: who gets to it, what it is called, and what it tells another one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from positronic.cloudflare.run_objects import OwnRun, RemoteRuns, pack
from positronic.errors import NotFound, StoreFailed
from positronic.http.request import Response
from positronic.names import Project
from positronic.runs.earlier_run import earlier
from positronic.runs.event_log import PAGE, EventLog
from positronic.runs.memory import MemoryRunLog
from positronic.runs.record import RunRecord
from positronic.runs.run import Run
from support.memory_service import SHOP, START, Clock
from support.running import run

RUN_ID = "0" * 32
RECORD = RunRecord(SHOP, RUN_ID, "a brain", START, "request", None, "complete", START)


class Objects:
    """Durable Objects of one class, in this process; one named so cannot be reached."""

    def __init__(self, broken: str = "") -> None:
        self._logs: dict[str, MemoryRunLog] = {}
        self._broken = broken
        self.asked: list[str] = []
        self.told: list[int] = []

    def log(self, name: str) -> MemoryRunLog:
        return self._logs.setdefault(name, MemoryRunLog())

    def getByName(self, name: str) -> Any:  # noqa: ANN401, N802 - Cloudflare's name
        objects = self

        class Stub:
            async def kept(self, after: int) -> str:
                objects.asked.append(name)
                if name == objects._broken:
                    raise RuntimeError("a value, perhaps")
                told = pack(objects.here(name).run.kept(after))
                objects.told.append(len(told))
                return told

            async def fetch(self, _: object) -> Any:  # noqa: ANN401
                raise RuntimeError("a value, perhaps")

        return Stub()

    def here(self, name: str, told: bool = True) -> OwnRun:
        return OwnRun(self.log(name), name if told else None, self, Clock())


async def says_its_id(found: Run) -> Response:
    return Response(200, found.id.encode())


@pytest.mark.parametrize("told", [True, False])
def test_an_object_knows_its_run(told: bool) -> None:
    """By its name, and once something is kept, without it."""
    objects = Objects()
    name = f"shop/{RUN_ID}"
    EventLog(objects.log(name)).open(RECORD)
    answer = run(objects.here(name, told).at(SHOP, RUN_ID, says_its_id))

    assert answer.body == RUN_ID.encode()


@pytest.mark.parametrize(
    ("project", "run_id"), [(Project("other"), RUN_ID), (SHOP, "1" * 32), (Project("other"), None)]
)
def test_another_project_is_not_let_in(project: Project, run_id: str | None) -> None:
    """A request that came to the wrong object finds nothing there."""
    with pytest.raises(NotFound):
        run(Objects().here(f"shop/{RUN_ID}").at(project, run_id, says_its_id))


def test_one_object_asks_another() -> None:
    """What is kept of a run comes back as it was; of a run that is none, nothing."""
    objects = Objects()
    kept = EventLog(objects.log(f"shop/{RUN_ID}"))
    kept.open(RECORD)
    kept.append({"type": "brain:start", "é": ["\n"]})
    asking = objects.here(f"shop/{'1' * 32}")

    assert run(asking.kept(SHOP, RUN_ID, 0)) == (RECORD, list(kept.events(0)))
    assert run(asking.kept(Project("other"), RUN_ID, 0)) is None
    assert objects.asked == [f"shop/{RUN_ID}", f"other/{RUN_ID}"]


def test_one_object_tells_another_page_by_page() -> None:
    """All of a long run comes, in order, and no page is much larger than half a megabyte."""
    objects = Objects()
    kept = EventLog(objects.log(f"shop/{RUN_ID}"))
    kept.open(RECORD)
    text = "x" * (PAGE // 4)
    kept.append({"type": "brain:start", "brainTitle": "t", "options": {}, "initialState": {}})
    for number in range(20):
        patch = [{"op": "replace", "path": "", "value": {"number": number, "text": text}}]
        kept.append({"type": "step:complete", "stepTitle": "s", "patch": patch})
    record, told = run(earlier(objects.here(f"shop/{'1' * 32}"), SHOP, RUN_ID))

    assert record == RECORD
    assert [step.patch[0]["value"]["number"] for step in told.completed] == [*range(20)]
    assert len(objects.asked) == 6
    assert max(objects.told) < 1.5 * PAGE


def test_an_object_that_does_not_answer() -> None:
    """It is a failure of the store, and none of its words is repeated."""
    objects = Objects(broken=f"shop/{RUN_ID}")
    elsewhere = RemoteRuns(SimpleNamespace(BRAIN_RUN=objects), None, lambda size: bytes(size))
    with pytest.raises(StoreFailed, match="the earlier run's object did not answer") as one:
        run(elsewhere.kept(SHOP, RUN_ID, 0))
    with pytest.raises(StoreFailed, match="the run's object did not answer") as other:
        run(elsewhere.at(SHOP, None, says_its_id))

    assert (one.value.__cause__, other.value.__cause__) == (None, None)
    assert one.value.__suppress_context__
    assert other.value.__suppress_context__
