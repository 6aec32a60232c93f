"""A run in a project's index of runs: who started it, and how it stands. Not its events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic import times
from positronic.ledger.codec import Codec
from positronic.ledger.fields import Fields
from positronic.rows import Kind
from positronic.run_statuses import RUNNING, STATUSES

_ID: Final = re.compile(r"[0-9a-f]{32}")
_STATUS: Final = re.compile("|".join(STATUSES))


@dataclass(frozen=True, slots=True)
class IndexedRun:
    """Times in milliseconds; `time_limit` in seconds. `token`: the id of the one that started it
    (or `schedule`), and `by` its name. `starts_at` and `rerun_of`: of a rerun.
    """

    id: str
    title: str
    created_at: int
    time_limit: int
    token: str
    by: str
    status: str = RUNNING
    completed_at: int | None = None
    starts_at: int | None = None
    rerun_of: str | None = None


def _encode(run: IndexedRun) -> Mapping[str, object]:
    return {
        "title": run.title,
        "createdAt": run.created_at,
        "timeLimit": run.time_limit,
        "token": run.token,
        "by": run.by,
        "status": run.status,
        "completedAt": run.completed_at,
        "startsAt": run.starts_at,
        "rerunOf": run.rerun_of,
    }


def _decode(id_: str, fields: Fields) -> IndexedRun:
    return IndexedRun(
        *(id_, fields.text("title"), fields.time("createdAt"), fields.number("timeLimit")),
        *(fields.text("token"), fields.text("by"), fields.matched("status", _STATUS)),
        *(fields.optional_time("completedAt"), fields.optional_number("startsAt")),
        fields.optional_matched("rerunOf", _ID),
    )


RUNS: Final[Codec[IndexedRun]] = Codec(
    # `newest`: ascending keys are the newest first. `running`: of runs that have not ended.
    Kind("run", ("newest", "running", "ended")),
    lambda run: run.id,
    _encode,
    _decode,
    lambda run: (
        times.LAST - run.created_at,
        run.token if run.status == RUNNING else None,
        run.completed_at,
    ),
)
