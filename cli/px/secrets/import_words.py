"""The output of `px secret import` and `px secret require`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from px import terminal

if TYPE_CHECKING:
    from px.api.secrets import Written
    from px.errors import Detail
    from px.secrets.import_secrets import ImportPlan
    from px.terminal import Progress


def planned(plan: ImportPlan, *, prune: bool) -> None:
    """One line per name; then the totals, and that nothing was sent."""
    extra = plan.extra if prune else []
    for what, names in (("create", plan.create), ("update", plan.update), ("delete", extra)):
        for name in names:
            terminal.data(f"{what}\t{name}")
    total = terminal.counted(len(plan.create) + len(plan.update))
    parts = [f"{len(plan.create):,} created", f"{len(plan.update):,} updated"]
    parts += [f"{len(extra):,} deleted"] if prune else []
    terminal.say(f"Would import {total}: {', '.join(parts)}; nothing was sent")


def imported(written: Written, deleted: int | None) -> None:
    """`deleted` None: without --prune."""
    total = terminal.counted(sum(written))
    parts = [f"{written.created:,} created", f"{written.updated:,} updated"]
    parts += [] if deleted is None else [f"{deleted:,} deleted"]
    terminal.say(f"Imported {total}: {', '.join(parts)}")


def to_delete(names: Sequence[str], location: str) -> None:
    """The names that the user is about to be asked about, and where they are stored."""
    terminal.say(f"Stored at {location}, but in none of the files:")
    for name in names:
        terminal.say(f"  {name}")


def lines(entries: int, extra: int) -> Progress:
    """Progress without a terminal: one line per hundred, if there are more."""

    def line(done: int, total: int) -> None:
        deleted = done - entries
        if deleted <= 0 and entries > 100:
            terminal.say(f"{done} of {terminal.counted(entries)} written")
        if deleted > 0 and deleted % 100 == 0:
            terminal.say(f"{deleted} of {terminal.counted(extra)} deleted")

    return line


def required(present: Sequence[str], missing: Sequence[str], uses: Sequence[Detail]) -> None:
    """The missing names as data, and a sentence in any case; `uses`: where code asks for them."""
    total = terminal.counted(len(present) + len(missing))
    if missing:
        terminal.data("\n".join(missing))
        terminal.say(f"error: {len(missing):,} of {total} {_are(len(missing))} missing")
        for use in uses:
            terminal.say(f"  {terminal.placed(use)}")
        terminal.advise("hint: add them with `px secret create NAME` or `px secret import FILE`")
    else:
        terminal.say(f"{total} required, none missing")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
