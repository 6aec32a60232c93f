"""What is due, and a policy: for people, or with tabs for a script."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from px import terminal
from px.terminal import printable, short_time

if TYPE_CHECKING:
    from px.api.policies import SecretPolicy
    from px.api.secrets import Secret

NEVER: Final = "never"
UNREADABLE: Final = "unreadable"
_TO_DO: Final = {"expires": ("expires", "expired"), "rotate": ("rotate it", "rotate it")}


def due(found: Sequence[SecretPolicy], within: str) -> None:
    """A table for people; for a script one line each: name, due, why, note, with tabs."""
    if not found:
        terminal.say(f"Nothing is due within {within}.")
        return
    if terminal.is_terminal(sys.stdout):
        now = datetime.now(UTC)
        head = ("NAME", "DUE (UTC)", "WHAT", "NOTE")
        terminal.data(terminal.columns(head, [_row(one, now) for one in found]))
    else:
        terminal.data("\n".join("\t".join(_cells(one)) for one in found))
    count, late = len(found), sum(one.is_overdue(datetime.now(UTC)) for one in found)
    said = f"{terminal.counted(count)} {'is' if count == 1 else 'are'} due within {within}"
    terminal.say(f"{said}, {late:,} of them already" if late else said)
    terminal.advise(
        "hint: write a new value with `px secret create NAME`; "
        "move the date with `px secret policy NAME --expires`"
    )


def policy(found: SecretPolicy) -> None:
    """One line each: name, version, note, expires, rotation, due, kept versions and days."""
    every = found.rotate_every
    rows = [
        ("name", found.name),
        ("version", f"{found.version}"),
        ("note", found.note or ""),
        ("expires", found.expires_at or NEVER),
        ("after that", "it cannot be read" if found.enforce else "it warns"),
        ("rotate every", NEVER if every is None else f"{every} days"),
        ("due", f"{found.due} ({found.why})" if found.due else NEVER),
        ("kept versions", f"{found.keep.versions}" if found.keep else ""),
        ("kept when deleted", f"{found.keep.days} days" if found.keep else ""),
    ]
    shown = [tuple(map(printable, row)) for row in rows if row[1]]
    width = max(len(title) for title, _ in shown)
    is_wide = terminal.is_terminal(sys.stdout)
    terminal.data(
        "\n".join(
            f"{title:<{width}}  {cell}" if is_wide else f"{title}\t{cell}" for title, cell in shown
        )
    )


def warn_of_expired(one: SecretPolicy) -> None:
    """Says that it has expired, and how to move the date."""
    if warnings := expired([one]):
        terminal.warn(warnings)
        terminal.advise(f"hint: `px secret policy {one.name} --expires TIME` moves the date")


def expired(found: Sequence[Secret | SecretPolicy]) -> list[str]:
    """A warning for secrets that have expired: their names, and when that was."""
    now = datetime.now(UTC)
    said = ", ".join(_expired(one) for one in found if one.has_expired(now))
    return [f"expired: {said}"] if said else []


def _expired(one: Secret | SecretPolicy) -> str:
    refused = ", now refused" if one.enforce else ""
    return f"{printable(one.name)} ({short_time(one.expires_at or '')} UTC{refused})"


def _cells(one: SecretPolicy) -> tuple[str, ...]:
    if one.is_unreadable:
        return printable(one.name), *[UNREADABLE] * 2, ""
    return one.name, one.due or "", one.why or "", printable(one.note or "")


def _row(one: SecretPolicy, now: datetime) -> tuple[str, ...]:
    if one.is_unreadable:
        return _cells(one)
    words = _TO_DO.get(one.why or "", ("", ""))
    what = words[one.is_overdue(now)] + (" (now refused)" if _is_refused(one, now) else "")
    return one.name, short_time(one.due or ""), what, printable(one.note or "")


def _is_refused(one: SecretPolicy, now: datetime) -> bool:
    return one.enforce and one.why == "expires" and one.is_overdue(now)
