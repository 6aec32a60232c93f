"""The JSON shapes of a secret's history."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from positronic.api.models import Model
from positronic.commands.asked_versions import History
from positronic.http.text_formats import NOT_SENT, KnownVersion, NewVersion, Time
from positronic.ports import Unreadable
from positronic.times import iso

State = Literal["current", "previous", "deleted", "destroyed"]


class RollbackIn(Model):
    model_config = ConfigDict(populate_by_name=False)

    to: NewVersion
    if_version: KnownVersion = NOT_SENT


class VersionOut(Model):
    """`createdAt`: when it was written; `restoredFrom`: the version whose value it has again."""

    version: int
    state: State
    created_at: Time
    by: dict[str, str] | None = None
    restored_from: int | None = None


class UnreadableVersionOut(Model):
    """A version whose record cannot be read. It can be destroyed; `0`: only with the secret."""

    version: int
    unreadable: Literal[True] = True


class VersionsOut(Model):
    """`keptUntil`: what was deleted is removed then, and can be restored before."""

    versions: list[VersionOut | UnreadableVersionOut]
    count: int
    kept_until: Time | None = None


def versions_out(history: History) -> VersionsOut:
    found: list[VersionOut | UnreadableVersionOut] = []
    for one in history.versions:
        if isinstance(one, Unreadable):
            found.append(UnreadableVersionOut(version=int(one.id)))
            continue
        found.append(
            VersionOut(
                version=one.version,
                state=one.state,
                created_at=iso(one.created_at),
                by=one.by,
                restored_from=one.restored_from,
            )
        )
    kept = None if history.kept_until is None else iso(history.kept_until)
    return VersionsOut(versions=found, count=len(found), kept_until=kept)
