"""What the operator's log says of a run that fails by no fault of its brain: one line, no value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from positronic.brains import BrainSecrets, brain
from positronic.runs.event_log import EventLog
from support.memory_service import House

VALUE = "canary-7f3a9c"
_append = EventLog.append


async def read(secrets: BrainSecrets) -> dict[str, int]:
    return {"length": len(await secrets.get("KEY"))}


def append_fails(event_log: EventLog, event: dict[str, Any]) -> None:
    """At the event that follows what was read."""
    if event["type"] == "step:complete":
        raise RuntimeError(f"cannot keep {VALUE}")
    _append(event_log, event)


def end_fails(*_: object, **__: object) -> None:
    raise RuntimeError(f"cannot keep {VALUE}")


@pytest.mark.parametrize(
    ("method", "fails", "caller"),
    [("append", append_fails, "_tell"), ("end", end_fails, "_end")],
)
def test_a_run_that_cannot_be_kept_is_reported(
    method: str, fails: Callable[..., None], caller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its id and where it failed; neither a value nor the failure's own words."""
    house = House(brains=[brain("reads").step("Read", read)])
    house.call("POST", "/secrets", {"name": "KEY", "value": VALUE})
    monkeypatch.setattr(EventLog, method, fails)
    run_id = house.call("POST", "/brains/runs", {"identifier": "reads"}).json["brainRunId"]
    (line,) = house.reported

    places = rf"{fails.__name__}:\d+ < {caller}:\d+( < \w+:\d+)*"
    assert re.fullmatch(rf"run {run_id}: RuntimeError at {places}", line), line
