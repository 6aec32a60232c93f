"""Prints brains, their steps and a run's state: for a person, or with tabs for a script."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from px import terminal
from px.api.brains import Brain, Structure
from px.api.decode import Fields
from px.api.runs import ListedRun, Run
from px.terminal import printable, short_time


def brains(found: Sequence[Brain]) -> None:
    """title, steps, description."""
    rows = [tuple(map(printable, (one.title, f"{one.steps}", one.description))) for one in found]
    if not found:
        terminal.say("No brains found.")
        terminal.say("Tip: a brain is a file in worker/brains/.")
    else:
        _rows(("BRAIN", "STEPS", "DESCRIPTION"), rows)


def structure(found: Structure) -> None:
    """number, kind, title."""
    if terminal.is_terminal(sys.stdout):
        terminal.data(printable(found.title))
        if found.description:
            terminal.data(printable(found.description))
    rows = [(part.number, part.kind, printable(part.title)) for part in found.parts]
    if rows:
        _rows(("STEP", "KIND", "TITLE"), rows)


def run(found: Run) -> None:
    """A line for each of run, brain, status, times, error, where, source, copies, steps, state."""
    steps = [(f"step {n}", status, title) for n, (title, status) in enumerate(found.steps, 1)]
    rows: list[tuple[str, ...]] = [
        ("run", found.id),
        ("brain", found.brain),
        ("status", found.status),
        ("created", found.created_at),
        ("completed", found.completed_at or ""),
        ("error", found.error),
        ("where", found.where),
        ("source", found.source),
        ("copies", from_copy(found.document)),
        *steps,
        ("state", json.dumps(found.state)),
    ]
    terminal.data("\n".join("\t".join(map(printable, row)) for row in rows if row[1]))


def runs(found: Sequence[ListedRun]) -> None:
    """run, brain, status, created, completed, by."""
    rows = [
        tuple(
            map(
                printable,
                (*(one.id, one.brain, one.status), one.created_at, one.completed_at or "", one.by),
            )
        )
        for one in found
    ]
    if not found:
        terminal.say("No runs found.")
    elif not terminal.is_terminal(sys.stdout):
        terminal.data("\n".join(map("\t".join, rows)))
    else:
        head = ("RUN", "BRAIN", "STATUS", "CREATED (UTC)", "COMPLETED (UTC)", "BY")
        short = [
            (*row[:3], *(short_time(at) if at else "" for at in row[3:5]), row[5]) for row in rows
        ]
        terminal.data(terminal.columns(head, short))


def from_copy(found: Fields) -> str:
    """The secrets that a run or an event says came from copies, each with its version."""
    versions = found.get("fromCopy")
    copied = sorted(versions.items()) if isinstance(versions, dict) else []
    return ", ".join(f"{name} (version {version})" for name, version in copied)


def expired_secrets(found: Fields) -> str:
    """The secrets that an event says had expired, and when."""
    times = found.get("expired")
    expired = sorted(times.items()) if isinstance(times, dict) else []
    return ", ".join(f"{name} ({short_time(f'{at}')} UTC)" for name, at in expired)


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if terminal.is_terminal(sys.stdout):
        terminal.data(terminal.columns(head, rows))
    else:
        terminal.data("\n".join("\t".join(row) for row in rows))
