"""Secrets, tokens, grants, events and keys: a table for people, a line with tabs for scripts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from px import terminal
from px.terminal import printable, short_time

if TYPE_CHECKING:
    from px.api.audit import AuditEvent
    from px.api.grants import Grant
    from px.api.keys import KeyUse
    from px.api.secrets import Secret
    from px.api.tokens import Token
    from px.api.versions import History, SecretVersion

NEVER: Final = "never"
UNREADABLE: Final = "unreadable"
UNKNOWN: Final = "unknown"
_SHOWN_NAMES: Final = 3


def secrets(found: Sequence[Secret], prefix: str = "") -> None:
    """A table for people; for a script name, created, updated, version, by and due, with tabs."""
    if not found and prefix:
        terminal.say("No secret has a name that starts like this.")
    elif not found:
        terminal.say("No secrets found.")
        terminal.advise("Tip: create the first one with `px secret create NAME`.")
    elif not terminal.is_terminal(sys.stdout):
        terminal.data("\n".join("\t".join(_secret_cells(one)) for one in found))
    else:
        terminal.say(f"Found {terminal.counted(len(found))}:")
        terminal.data(_secret_table(found))
    _unreadable_hint(sum(one.is_unreadable for one in found), "px secret delete NAME")


def _secret_cells(one: Secret) -> tuple[str, ...]:
    if one.is_unreadable:
        return printable(one.name), *[UNREADABLE] * 5
    version = UNKNOWN if one.version is None else f"{one.version}"
    return one.name, one.created_at, one.updated_at, version, who(one.updated_by), one.due or NEVER


def _secret_table(found: Sequence[Secret]) -> str:
    """With a column for what is due only if anything is."""
    head = ("NAME", "VERSION", "UPDATED (UTC)", "BY", "DUE (UTC)")
    shown = len(head) if any(one.due for one in found) else len(head) - 1
    return terminal.columns(head[:shown], [_secret_row(one)[:shown] for one in found])


def _secret_row(one: Secret) -> tuple[str, ...]:
    name, _, updated, version, by, due = _secret_cells(one)
    mark = " (overdue)" if one.due and _is_past(one.due) else ""
    return name, version, short_time(updated), by, ("" if due == NEVER else due[:10]) + mark


def deleted_secrets(found: Sequence[Secret]) -> None:
    """name, deleted, version, by, until when it can be restored."""
    rows = [_deleted_cells(one) for one in found]
    if not found:
        terminal.say("No deleted secret can be restored.")
    elif not terminal.is_terminal(sys.stdout):
        terminal.data("\n".join(map("\t".join, rows)))
    else:
        head = ("NAME", "DELETED (UTC)", "VERSION", "BY", "RESTORABLE UNTIL")
        short = [(row[0], short_time(row[1]), *row[2:4], short_time(row[4])) for row in rows]
        terminal.data(terminal.columns(head, short))


def _deleted_cells(one: Secret) -> tuple[str, ...]:
    if one.is_unreadable:
        return printable(one.name), *[UNREADABLE] * 4
    version = UNKNOWN if one.version is None else f"{one.version}"
    deleted = one.deleted_at or one.updated_at
    return one.name, deleted, version, who(one.updated_by), one.kept_until or UNKNOWN


def history(found: History) -> None:
    """version, state, created, by, the version whose value it has again."""
    cells = [_version_cells(one) for one in found.versions]
    if not terminal.is_terminal(sys.stdout):
        terminal.data("\n".join(map("\t".join, cells)))
        return
    count = "1 version" if len(cells) == 1 else f"{len(cells):,} versions"
    terminal.say(f"{found.name} has {count}:")
    head = ("VERSION", "STATE", "CREATED (UTC)", "BY", "VALUE OF")
    terminal.data(terminal.columns(head, [_version_row(*row) for row in cells], "version "))
    if found.restorable_until is not None:
        until = short_time(found.restorable_until)
        terminal.advise(f"It can be restored until {until} UTC: `px secret restore {found.name}`")


def _version_cells(one: SecretVersion) -> tuple[str, str, str, str, str]:
    if one.is_unreadable:
        return f"{one.version}", UNREADABLE, UNREADABLE, UNREADABLE, UNREADABLE
    origin = "-" if one.restored_from is None else f"{one.restored_from}"
    return f"{one.version}", one.state, one.created_at, who(one.by), origin


def _version_row(number: str, state: str, created: str, by: str, origin: str) -> tuple[str, ...]:
    of = f"version {origin}" if origin.isdigit() else ""
    return number, state, short_time(created), by, of


def who(actor: Mapping[str, str] | None) -> str:
    """The name of the token, or else its id."""
    return UNKNOWN if actor is None else printable(actor.get("name") or actor.get("id") or UNKNOWN)


def tokens(found: Sequence[Token]) -> None:
    """id, name, role, created, expires, issued by."""
    if not found:
        terminal.say("No tokens found.")
        terminal.advise("Tip: create the first one with `px token create NAME --role reader`.")
    elif terminal.is_terminal(sys.stdout):
        head = ("ID", "NAME", "ROLE", "CREATED (UTC)", "EXPIRES (UTC)", "ISSUED BY")
        terminal.data(terminal.columns(head, [_token_row(one) for one in found]))
    else:
        terminal.data("\n".join("\t".join(_token_cells(one)) for one in found))
    _unreadable_hint(sum(one.is_unreadable for one in found), "px token revoke ID")


def _unreadable_hint(count: int, command: str) -> None:
    """What to do about unreadable entries of a list, if there are any."""
    if count:
        entries = "1 entry" if count == 1 else f"{count:,} entries"
        terminal.advise(
            f"hint: {entries} cannot be read; `{command}` removes one, --json shows exact names"
        )


def _token_cells(one: Token) -> tuple[str, ...]:
    if one.is_unreadable:
        return printable(one.id), *[UNREADABLE] * 5
    return one.id, one.name, one.role, one.created_at, one.expires_at or NEVER, one.by or UNKNOWN


def _token_row(one: Token) -> tuple[str, ...]:
    if one.is_unreadable:
        return _token_cells(one)
    expires = NEVER if one.expires_at is None else short_time(one.expires_at)
    mark = " (expired)" if one.is_expired(datetime.now(UTC)) else ""
    created = short_time(one.created_at)
    return one.id, one.name, one.role, created, expires + mark, one.by or UNKNOWN


def grants(found: Sequence[Grant]) -> None:
    """app, secrets, created, updated, by."""
    if not found:
        terminal.say("No grants found.")
        terminal.advise("Tip: create the first one with `px grant add AS --read NAME`.")
    elif terminal.is_terminal(sys.stdout):
        head = ("AS", "UPDATED (UTC)", "BY", "MAY READ")
        terminal.data(terminal.columns(head, [_grant_row(one) for one in found]))
    else:
        terminal.data("\n".join("\t".join(_grant_cells(one)) for one in found))
    _unreadable_hint(sum(one.is_unreadable for one in found), "px grant remove AS")


def _grant_cells(one: Grant) -> tuple[str, ...]:
    if one.is_unreadable:
        return printable(one.app), *[UNREADABLE] * 4
    return one.app, ",".join(one.names), one.created_at, one.updated_at, who(one.updated_by)


def _grant_row(one: Grant) -> tuple[str, ...]:
    app, names, _, updated, by = _grant_cells(one)
    return app, short_time(updated), by, names.replace(",", " ")


def events(found: Sequence[AuditEvent]) -> None:
    """time, actor, action, names, outcome, integrity."""
    if not found:
        terminal.say("No events found.")
    elif terminal.is_terminal(sys.stdout):
        head = ("TIME (UTC)", "ACTOR", "ACTION", "OUTCOME", "NAMES")
        terminal.data(terminal.columns(head, [event_row(one) for one in found]))
    else:
        terminal.data("\n".join(event_line(one) for one in found))


def event_line(one: AuditEvent) -> str:
    """All fields of one event, for a script."""
    cells = (one.time, _actor(one), one.action, ",".join(one.names), one.outcome, one.integrity)
    return "\t".join(map(printable, cells))


def event_row(one: AuditEvent) -> tuple[str, ...]:
    """One event for people: many names are counted, a changed event is marked, and a grant says for
    which app it is.
    """
    time = one.time[:19].replace("T", " ")
    outcome = one.outcome if one.code is None else f"{one.outcome} ({one.code})"
    mark = "" if one.integrity == "intact" else f"  [{one.integrity.upper()}]"
    names = _for_app(one) + _some(one.names) + mark
    cells = (time, _actor(one), one.action, outcome, names)
    return tuple(map(printable, cells))


def keys(found: Sequence[KeyUse], newest: str) -> None:
    """id, secrets, tokens, mark, audit keys, copies."""
    rows = [
        (
            *(use.id, f"{use.secrets}", f"{use.tokens}", _mark(use, newest)),
            *(f"{use.audit_keys}", f"{use.copies}"),
        )
        for use in found
    ]
    if terminal.is_terminal(sys.stdout):
        heads = ("KEY", "SECRETS", "TOKENS", "", "AUDIT KEYS", "COPIES")
        terminal.data(terminal.columns(heads, rows))
    else:
        terminal.data("\n".join("\t".join(row) for row in rows))


def _mark(use: KeyUse, newest: str) -> str:
    if use.id == newest:
        return "newest"
    return "held" if use.held else "missing"


def _is_past(time: str) -> bool:
    return datetime.fromisoformat(time) <= datetime.now(UTC)


def _actor(one: AuditEvent) -> str:
    """Of a Worker that reads over a binding, its `as`, marked: a token can have the same name."""
    name = one.actor.get("name") or one.actor.get("id") or "?"
    return f"{name} (app)" if one.actor.get("type") == "binding" else name


def _for_app(one: AuditEvent) -> str:
    app = one.details.get("as")
    return f"{app}: " if one.action.startswith("grant.") and isinstance(app, str) else ""


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    shown = " ".join(names[:_SHOWN_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown
