"""Who watches a project's runs. A token has a limited number of watches at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from positronic.commands.work import Plan, Work
from positronic.errors import InvalidRequest, TooManyWatches
from positronic.ledger.watch_rows import WATCHERS, Watcher
from positronic.rows import Change, Delete

AT_ONCE: Final = 100  # ended watches that one step removes


async def begin(work: Work, id_: str, until: int) -> Plan:
    """Raises TooManyWatches, in the commit. Without an event, as every read of a run."""
    if work.look.rows(WATCHERS.kind, [id_]):  # sent again
        return Plan([], [], None)
    token = _token(work)
    old = work.look.ledger.list(WATCHERS.kind, "until", limit=AT_ONCE, high=work.tools.clock())
    changes: list[Change] = [Delete(WATCHERS.kind, row.id) for row in old]
    changes.append(WATCHERS.put(Watcher(id_, token, until)))
    return Plan(changes, [], None, holds=_room(work, token))


async def renew(work: Work, id_: str, until: int) -> Plan:
    """The watch counts until then. Raises TooManyWatches if it did not count any more.

    That is so when it was not read for long: meanwhile others may have taken its place.
    """
    renewed = Watcher(id_, _token(work), until)
    row = work.look.rows(WATCHERS.kind, [id_]).get(id_)
    found = WATCHERS.item(row) if row else None
    if found == renewed:  # sent again
        return Plan([], [], None)
    plan = Plan([WATCHERS.put(renewed)], [], None)
    counts = isinstance(found, Watcher) and found.until > work.tools.clock()
    return plan if counts else replace(plan, holds=_room(work, renewed.token))


async def end(work: Work, id_: str) -> Plan:
    there = work.look.rows(WATCHERS.kind, [id_])
    return Plan([Delete(WATCHERS.kind, one) for one in there], [], None)


def _token(work: Work) -> str:
    if work.caller is None:
        raise InvalidRequest("a run is watched by somebody")
    return work.caller.id


def _room(work: Work, token: str) -> Callable[[], None]:
    ledger, now = work.look.ledger, work.tools.clock()
    most = work.tools.run_limits.watches_per_token

    def check() -> None:
        rows = ledger.list(WATCHERS.kind, "token", low=token, high=f"{token}\0")
        found = [WATCHERS.item(row) for row in rows]
        own = sum(isinstance(one, Watcher) and one.until > now for one in found)
        if own >= most:
            raise TooManyWatches(
                f"this token has {own} watches of runs at once, which is the most it may have"
            )

    return check
