"""Copies elsewhere against the ledger: which secrets to look at, and what is found wrong.

Who asks reads the copies, and sends their digests. What is wrong is due again, and reported.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from positronic.adoption.first_layout import OldKind
from positronic.commands.paging import page
from positronic.commands.work import Plan, Work
from positronic.copies.compare import PLANTED, SAME, WRONG, of_no_secret, of_secret
from positronic.errors import CorruptRecord
from positronic.ledger.adoption_rows import WAITING
from positronic.ledger.copy_rows import OUTBOX, PUBLISHED, PublishedCopy, copy_digest
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_id
from positronic.names import Name
from positronic.ports import Record, Unreadable
from positronic.rows import Change, Delete

REPORT_EVERY: Final = 3_600_000  # milliseconds, at least, between two reports of a name
MAX_PLANTED: Final = 20  # of no secret, named in one event: anybody who writes to KV makes more
FORGOTTEN_AT_ONCE: Final = 100  # rows of names that are gone

Copies = Mapping[Name, str | None]  # the digest of each name's copy; None: there is none


async def live(work: Work, cursor: str | None, limit: int) -> object:
    """[[name, ...], cursor]: the secrets whose copies have to be there, in name order."""
    rows, following = page(work, STATES.kind, cursor, limit, "live")
    return [[row.id for row in rows], following]


async def strange(work: Work, names: Sequence[str]) -> object:
    """[name, ...]: those of no secret, so that a copy under them is not ours, or not any more."""
    states = _items(work, [Name(name) for name in names])
    return [name for name in names if not _is_copied(states.get(Name(name)))]


async def repair(work: Work, copies: Copies) -> Plan:
    """{name: how its copy stands}, without those that are as they have to be.

    Wrong ones are due again, once, and reported, at most once in an hour each. Of those under
    names that are no secret's, an event names a few and counts the others.
    """
    now, looked = work.tools.clock(), _Looked(work, copies)
    standings = {name: looked.standing(name, copy, now) for name, copy in copies.items()}
    wrong = {name: one for name, one in standings.items() if one in WRONG}
    news = [name for name in wrong if looked.is_news(name, now)]
    unnamed = set([name for name in news if wrong[name] == PLANTED][MAX_PLANTED:])
    names = [name for name in news if name not in unnamed]
    reports = [looked.report(name, now) for name in names]
    details: dict[str, object] = {
        kind: found for kind in WRONG if (found := [one for one in names if wrong[one] == kind])
    }
    if unnamed:
        details["morePlanted"] = len(unnamed)
    changes = [*map(PUBLISHED.put, reports), *_forgotten(work, now, names)]
    result = {name: one for name, one in standings.items() if one != SAME}
    due = [name for name in wrong if name not in looked.due]
    return Plan(changes, names, result, due, details, by_itself=True)


class _Looked:
    """What the ledger has of these names."""

    def __init__(self, work: Work, names: Collection[Name]) -> None:
        self._work = work
        self._states = _items(work, names)
        rows = work.look.rows(PUBLISHED.kind, names)
        found = {Name(id_): PUBLISHED.item(row) for id_, row in rows.items()}
        self._last = {name: one for name, one in found.items() if isinstance(one, PublishedCopy)}
        refused = work.look.rows(WAITING.kind, [f"{OldKind.SECRET}/{name}" for name in names])
        self._refused = {Name(id_.partition("/")[2]) for id_ in refused}
        self.due = {Name(id_) for id_ in work.look.rows(OUTBOX.kind, names)}

    def standing(self, name: Name, copy: str | None, now: int) -> str:
        state, last, is_due = self._states.get(name), self._last.get(name), name in self.due
        if isinstance(state, Unreadable):
            return SAME  # nothing to compare with, and nothing to repair it with
        if state is not None and _is_copied(state):
            current = None if is_due else self._current(state, last)
            return of_secret(copy, current, last, is_due, now)
        if copy is None or name in self._refused:
            return SAME  # the latter is named by the adoption, and is all that there is of it
        return of_no_secret(last, is_due, now)

    def is_news(self, name: Name, now: int) -> bool:
        last = self._last.get(name)
        return last is None or last.reported is None or now - last.reported >= REPORT_EVERY

    def report(self, name: Name, now: int) -> PublishedCopy:
        return replace(self._last.get(name) or PublishedCopy(name, None), reported=now)

    def _current(self, state: SecretState, last: PublishedCopy | None) -> str | None:
        """Nothing is due, so it is what we wrote last; only one that we never wrote is read."""
        if last is not None and last.version == state.metadata.version and last.digests:
            return last.digests[0]
        try:
            id_ = version_id(state.name, state.metadata.version)
            record: Record | None = self._work.look.one(VERSIONS, id_)
        except CorruptRecord:
            return None
        return None if record is None else copy_digest(record)


def _is_copied(state: SecretState | Unreadable | None) -> bool:
    """Whether a copy may be there: also that of a secret that cannot be read."""
    return isinstance(state, Unreadable) or (state is not None and state.is_copied)


def _items(work: Work, names: Collection[Name]) -> dict[Name, SecretState | Unreadable]:
    rows = work.look.rows(STATES.kind, names)
    return {Name(id_): STATES.item(row) for id_, row in rows.items()}


def _forgotten(work: Work, now: int, kept: Sequence[Name]) -> list[Change]:
    """What is known of copies that are gone for so long that nothing of them shows any more."""
    ledger, high = work.look.ledger, now - REPORT_EVERY
    rows = ledger.list(PUBLISHED.kind, "gone", limit=FORGOTTEN_AT_ONCE, high=high)
    return [Delete(PUBLISHED.kind, row.id) for row in rows if row.id not in kept]
