"""How old the last export of a project is: what a lost ledger can be brought back from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from px.api.backup import exported_at
from px.doctor.finding import OK, SKIP, WARN, Finding
from px.doctor.probe import Probe
from px.errors import PxError

OLD: Final = timedelta(days=30)

_HINT: Final = "`px project export FILE`, and keep the file elsewhere"


def check_backup(probe: Probe) -> Iterator[Finding]:
    """A warning for a deployed Worker; a local one can be filled again."""
    try:
        at = exported_at(probe)
    except PxError as error:
        if error.code == "not_found":
            yield Finding("backup", SKIP, "unknown: this server does not export")
            return
        yield Finding("backup", WARN, f"unknown: {error.message}", error.hint)
        return
    is_local = probe.target.address.is_loopback
    if at is None:
        status = OK if is_local else WARN
        yield Finding("backup", status, "never exported", "" if is_local else _HINT)
        return
    age = datetime.now(UTC) - datetime.fromisoformat(at)
    is_old = age > OLD and not is_local
    sentence = f"last exported {at}, {_ago(age)}"
    yield Finding("backup", WARN if is_old else OK, sentence, _HINT if is_old else "")


def _ago(age: timedelta) -> str:
    if age < timedelta(days=1):
        return "less than a day ago"
    return "1 day ago" if age.days == 1 else f"{age.days:,} days ago"
