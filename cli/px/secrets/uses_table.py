"""Who read a secret: a table for people, a line with tabs for scripts."""

from __future__ import annotations

import sys
from typing import Final

from px import terminal
from px.api.uses import Use, Uses, by_reader
from px.terminal import printable, short_time

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
