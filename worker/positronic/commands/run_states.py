"""The index of a project's runs: a row for each, from its start until it is no longer kept.

A run's object knows how the run stands, and says so here until it is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from typing import Final

from positronic.commands.paging import by_time, time_cursor
from positronic.commands.work import Plan, Work
from positronic.errors import InvalidRequest, TooManyRuns
from positronic.ledger.run_rows import RUNS, IndexedRun
from positronic.ledger.token_rows import TOKENS
from positronic.ports import Unreadable
from positronic.roles import SCHEDULE
from positronic.rows import Change, Delete
from positronic.run_statuses import INTERRUPTED, RUNNING, STATUSES

BEGIN: Final = ("brain.run", "brain.rerun")
AT_ONCE: Final = 500  # rows that one step removes
MAX_SCANNED: Final = 1000  # rows that one call looks at
READ_AT_ONCE: Final = 50  # rows, at least, of which some may not be wanted
LATE: Final = 3_600_000  # milliseconds after its time limit until a run counts as lost


async def begin(work: Work, asked: IndexedRun) -> Plan:
    """Record the start of a run. The event says its id. Raises TooManyRuns, in the commit."""
    caller = work.caller
    if caller is None:
        raise InvalidRequest("a run is started by somebody")
    # Each start by the schedule has a token of its own; all of them count as one token's.
    shown = work.look.one(TOKENS, caller.id)
    token = SCHEDULE.id if shown and shown.issuer == SCHEDULE.id else caller.id
    run = replace(asked, token=token, by=caller.name)
    if work.look.rows(RUNS.kind, [run.id]):
        raise InvalidRequest("there is a run with this id")
    return Plan(
        *([RUNS.put(run)], [run.title], None),
        details={"run": run.id},
        holds=_room(work, token),
    )


def _room(work: Work, token: str) -> Callable[[], None]:
    ledger, limits = work.look.ledger, work.tools.run_limits

    def check() -> None:
        own = ledger.count(RUNS.kind, "running", low=token, high=f"{token}\0")
        if own >= limits.runs_per_token:
            raise TooManyRuns(f"this token has {own} runs at once, which is the most it may have")
        running = ledger.count(RUNS.kind, "running")
        if running >= limits.runs_per_project:
            raise TooManyRuns(
                f"the project has {running} runs at once, which is the most it may have"
            )

    return check


async def end(work: Work, run_id: str, status: str, at: int) -> Plan:
    """Record how a run ended. Of a run that is not here, or not readable, nothing is recorded."""
    row = work.look.rows(RUNS.kind, [run_id]).get(run_id)
    found = RUNS.item(row) if row else None
    if not isinstance(found, IndexedRun):
        return Plan([Delete(RUNS.kind, run_id)] if row else [], [], None)
    ended = replace(found, status=_ended(status), completed_at=at)
    return Plan([] if ended == found else [RUNS.put(ended)], [], None)


def _ended(status: str) -> str:
    if status not in STATUSES or status == RUNNING:
        raise InvalidRequest("`status` of the command is not what it must be")
    return status


async def drop(work: Work, run_id: str) -> Plan:
    """Of a run that was recorded and then did not start."""
    there = work.look.rows(RUNS.kind, [run_id])
    return Plan([Delete(RUNS.kind, run_id)] if there else [], [], None)


async def cancel(_: Work, title: str, run_id: str) -> Plan:
    """The event; the run's object stops it."""
    return Plan([], [title], None, details={"run": run_id})


async def listed(
    work: Work, status: str | None, title: str | None, cursor: str | None, limit: int
) -> object:
    """[[a run's fields or [its id] if it cannot be read, ...], cursor], newest first.

    With filters, a page may be short, or empty, and not the last.
    """
    gone = work.tools.clock() - work.tools.run_limits.retention
    found: list[Sequence[object]] = []
    scanned = 0
    while True:
        rows, following = by_time(work, RUNS.kind, "newest", cursor, max(limit, READ_AT_ONCE))
        for row in rows:
            scanned += 1
            one = RUNS.item(row)
            if _is_wanted(one, status, title, gone):
                found.append([one.id] if isinstance(one, Unreadable) else list(astuple(one)))
            if len(found) == limit or scanned == MAX_SCANNED:
                is_last = following is None and row is rows[-1]
                return [found, None if is_last else time_cursor(RUNS.kind, "newest", row)]
        if following is None:
            return [found, None]
        cursor = following


def _is_wanted(
    one: IndexedRun | Unreadable, status: str | None, title: str | None, gone: int
) -> bool:
    if isinstance(one, Unreadable):
        return status is None and title is None
    if one.completed_at is not None and one.completed_at < gone:
        return False
    return status in (None, one.status) and title in (None, one.title)


async def trim(work: Work) -> Plan:
    """Remove runs that are no longer kept; whether there may be more. Without an event.

    A run whose object has not said for long after its time limit that it ended is lost.
    """
    ledger, now = work.look.ledger, work.tools.clock()
    gone = now - work.tools.run_limits.retention
    old = ledger.list(RUNS.kind, "ended", limit=AT_ONCE, high=gone)
    lost: list[Change] = []
    for row in ledger.list(RUNS.kind, "running"):
        run = RUNS.item(row)
        if isinstance(run, IndexedRun) and run.created_at + run.time_limit * 1000 + LATE < now:
            work.look.rows(RUNS.kind, [run.id])
            lost.append(RUNS.put(replace(run, status=INTERRUPTED, completed_at=now)))
    removed = [Delete(RUNS.kind, row.id) for row in old]
    return Plan([*removed, *lost], [], len(old) == AT_ONCE)
