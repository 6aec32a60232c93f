"""Who read a secret: a table for people, a line with tabs for scripts."""

from __future__ import annotations

import sys
from typing import Final

from px import terminal
from px.api.secrets import Secret
from px.api.uses import Unused, Use, Uses, by_reader
from px.terminal import printable, short_time

NEVER: Final = "never"
UNKNOWN: Final = "unknown"

_NO_HOST: Final = "-"


def show(name: str, version: int | None, found: Uses) -> None:
    """version, type, reader, host, reads, first, last; and since when reads are counted."""
    uses = by_reader(found.days)
    what = name if version is None else f"version {version} of {name}"
    if not uses:
        terminal.say(f"No read of {what} was counted.")
    elif terminal.is_terminal(sys.stdout):
        terminal.say(f"Who read {what}:")
        terminal.data(_table(uses))
    else:
        terminal.data("\n".join("\t".join(_cells(one)) for one in uses))
    terminal.say(_since(found.since))


def unused(found: Unused, span: str) -> None:
    """name, last read, created, version; and a warning if there may have been more reads."""
    rows = [_unused_cells(one) for one in found.secrets]
    if not rows:
        terminal.say(f"Every secret is newer than {span}, or was read since.")
    elif terminal.is_terminal(sys.stdout):
        terminal.say(f"Nobody read {terminal.counted(len(rows))} for {span}:")
        short = [(row[0], _short(row[1]), short_time(row[2]), row[3]) for row in rows]
        head = ("NAME", "LAST READ (UTC)", "CREATED (UTC)", "VERSION")
        terminal.data(terminal.columns(head, short))
    else:
        terminal.data("\n".join("\t".join(row) for row in rows))
    if not found.is_complete:
        terminal.warn([_incomplete(found.since)])


def _incomplete(since: str | None) -> str:
    if since is None:
        return "the server does not know yet since when it counts reads: some may be missing"
    since = short_time(since)
    return f"reads are counted only since {since} UTC: what was read before then may be listed"


def _unused_cells(one: Secret) -> tuple[str, ...]:
    version = UNKNOWN if one.version is None else f"{one.version}"
    return printable(one.name), one.last_read_at or NEVER, one.created_at, version


def _short(time: str) -> str:
    return time if time == NEVER else short_time(time)


def _since(since: str | None) -> str:
    if since is None:
        return "The server has not said since when it counts reads: there may have been more."
    return f"Reads are counted since {short_time(since)} UTC, and kept for 90 days."


def _cells(one: Use) -> tuple[str, ...]:
    cells = (f"{one.version}", one.type, one.reader, one.host or _NO_HOST, f"{one.reads}")
    return tuple(map(printable, (*cells, one.first, one.last)))


def _table(uses: list[Use]) -> str:
    has_host = any(one.host for one in uses)
    hosts = ("HOST",) if has_host else ()
    head = ("READER", "VERSION", *hosts, "READS", "FIRST READ (UTC)", "LAST READ (UTC)")
    return terminal.columns(head, [_row(one, has_host=has_host) for one in uses])


def _row(one: Use, *, has_host: bool) -> tuple[str, ...]:
    reader = printable(f"{one.reader} ({one.type})")
    hosts = (printable(one.host or _NO_HOST),) if has_host else ()
    times = (short_time(one.first), short_time(one.last))
    return reader, f"{one.version}", *hosts, f"{one.reads}", *times
